"""Users and the persons behind them: colleagues are contacts too, and a contact can become a user."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.permissions import can_change_settings, is_staff_member, roles_of
from apps.accounts.services.users import create_user
from apps.contacts.models import Entity, Folder
from apps.contacts.services.entities import make_entity
from apps.contacts.services.inputs import EmailInput, EntityInput
from apps.contacts.services.journal import editing

# The person who is becoming a user, while accounts announces that user.
_becoming: ContextVar[int | None] = ContextVar("becoming_a_user", default=None)


def make_user_for(*, actor: User, entity: Entity, email: str, roles: Iterable[str], now: datetime) -> User:
    """Let this person sign in with `email` and these roles; they follow an invitation to choose a password.

    Raises PermissionDenied, ValidationError (an organisation, or a person who is a user already), and what
    `create_user` raises.
    """
    if not can_change_settings(actor):
        raise PermissionDenied
    return _make_user(actor, entity, email, roles, now)


def make_guest_for(*, actor: User, entity: Entity, now: datetime) -> User:
    """The user whom this person signs in as, as a guest; made where there is none, of their first e-mail address.

    Whoever lets them in has asked whether `actor` may. Raises ValidationError for who has no address, and for who
    works here or belongs to a dealer; EmailTaken.
    """
    user = User.objects.filter(entity=entity.pk).first()
    if user is not None:
        if roles_of(user) != {"guest"}:
            raise ValidationError(_("%(name)s signs in here already, and not as a guest.") % {"name": user})
        if not user.is_active:
            raise ValidationError(_("An administrator has ended the access of %(name)s.") % {"name": user})
        if entity.primary_email and user.email != entity.primary_email.strip().lower():
            words = _("%(name)s signs in with %(email)s. An administrator can change that.")
            raise ValidationError(words % {"name": user, "email": user.email})
        return user
    if not entity.primary_email:
        raise ValidationError(_("%(name)s has no e-mail address.") % {"name": entity.display_name})
    return _make_user(actor, entity, entity.primary_email, ["guest"], now, made_by_house=True)


def _make_user(
    actor: User, entity: Entity, email: str, roles: Iterable[str], now: datetime, *, made_by_house: bool = False
) -> User:
    if len(email) > _longest("email"):  # a contact's may be longer
        raise ValidationError({"email": _("This is not an e-mail address.")})
    with editing([entity], actor=actor, verb="user.made_from_contact", now=now) as edit:
        person = edit.entities[entity.pk]
        if not person.is_person:
            raise ValidationError(_("Only a person can be a user."))
        if person.user_id is not None:
            raise ValidationError(_("This person is a user already."))
        token = _becoming.set(person.pk)
        try:
            name = person.display_name[: _longest("name")].strip()
            user = create_user(actor=None if made_by_house else actor, email=email, name=name, roles=roles, now=now)
        finally:
            _becoming.reset(token)
        person.user = user
    return user


def _longest(field: str) -> int:
    return User._meta.get_field(field).max_length or 0  # type: ignore[union-attr]  # a text


def ensure_person(*, user: User, now: datetime) -> Entity:
    """The person behind `user`; made where there is none, among the colleagues if they work in the house."""
    found = Entity.objects.filter(user=user).first()
    if found is not None:
        return found
    first, _space, last = user.name.strip().rpartition(" ")
    folder = Folder.objects.get(is_colleagues=True) if is_staff_member(user) else Folder.objects.get(is_default=True)
    data = EntityInput(
        first_name=first, last_name=last, emails=[EmailInput(user.email)], folder_id=folder.pk, source="user"
    )
    with editing([], actor=None, verb="entity.created", now=now) as edit:
        return make_entity(edit, data, user=user)


def on_user_created(*, user: User, now: datetime, **kwargs: object) -> None:
    """Listens to accounts: whoever signs in is a contact too."""
    if _becoming.get() is None:
        ensure_person(user=user, now=now)
