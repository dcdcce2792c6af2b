"""What every request passes on its way in: signs that can't be kept, addresses, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import reverse

from apps.contacts.models import Unit
from apps.contacts.services.trash import trash_entities
from apps.core.middleware import client_address
from apps.core.sheets import close_sheet
from tests.contacts.factories import PersonFactory, UnitFactory

pytestmark = pytest.mark.django_db


def asked(**meta: Any) -> HttpRequest:
    return RequestFactory().get("/", **meta)


@pytest.mark.parametrize("query", ["q=%00", "q=a%00b", "q=%%0000", "f.city=%00&f.job_title=%00Lviv"])
def test_a_nul_sign_in_the_address_is_passed_over(client, bob, query):
    client.force_login(bob)

    assert client.get(f"/contacts/list/all/?{query}").status_code == 200


def test_a_nul_sign_in_a_cookie_is_passed_over(client):
    client.cookies.load({"sessionid": "abcdefgh\x00abcdefgh"})

    assert client.get("/contacts/").status_code == 302


@pytest.mark.parametrize(
    ("forwarded", "kept"), [("203.0.113.9", "203.0.113.9"), ("nonsense", None), ("2001:DB8::1", "2001:db8::1")]
)
def test_an_address_is_kept_only_where_it_is_one(settings, forwarded, kept):
    settings.RAPPORT_PROXIES = 1

    assert client_address(asked(HTTP_X_FORWARDED_FOR=forwarded)) == kept


def test_the_peer_of_a_unix_socket_has_no_address():
    assert client_address(asked(REMOTE_ADDR="")) is None


def test_a_sheet_closes_with_an_address_that_fits_into_a_header():
    response = close_sheet(asked(HTTP_HX_REQUEST="true"), "/contacts/?q=Олена\r\nX-Evil: 1")

    assert response["HX-Redirect"] == "/contacts/?q=%D0%9E%D0%BB%D0%B5%D0%BD%D0%B0%0D%0AX-Evil:%201"


def test_what_a_service_refuses_is_said_on_the_page_before(client, ada, now):
    person = PersonFactory()
    unit = UnitFactory(entity=person, is_primary=False)
    trash_entities(actor=ada, ids=[person.pk], now=now)
    client.force_login(ada)
    page = f"http://testserver{reverse('contacts:entity', args=[person.pk])}"

    response = client.post(
        reverse("contacts:unit_primary", args=[person.pk, unit.pk]), headers={"referer": page}, follow=True
    )

    assert response.redirect_chain == [(page, 302)]
    assert "is in the trash" in response.content.decode()
    assert not Unit.objects.get(pk=unit.pk).is_primary
