"""A contact who signs in."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from apps.accounts.models import User
from apps.contacts.services.users import make_user_for
from tests.contacts.factories import PersonFactory

pytestmark = pytest.mark.django_db


def test_whoever_is_made_a_user_is_invited_to_choose_a_password(client, ada):
    person = PersonFactory()
    client.force_login(ada)
    roles = client.get(reverse("contacts:entity_user", args=[person.pk])).context["form"].fields["roles"].queryset

    client.post(
        reverse("contacts:entity_user", args=[person.pk]),
        {"email": "olena@example.com", "roles": [roles.get(name="admin").pk]},
    )

    assert User.objects.get(email="olena@example.com").entity == person
    assert [each.to for each in mail.outbox] == [["olena@example.com"]]


def test_a_user_has_as_much_of_a_long_name_as_fits(ada, now):
    person = PersonFactory(display_name="n" * 700)

    user = make_user_for(actor=ada, entity=person, email="olena@example.com", roles=["admin"], now=now)

    assert user.name == "n" * 200


def test_nobody_signs_in_with_an_address_too_long_for_it(ada, now):
    address = f"olena@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}.example"

    with pytest.raises(ValidationError):
        make_user_for(actor=ada, entity=PersonFactory(), email=address, roles=["admin"], now=now)
