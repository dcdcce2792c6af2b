"""A dealer's people in the portal: owners invite them, limit them, end their access; each keeps their own name."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.services.audit import record_event
from apps.accounts.services.invitations import invite_user
from apps.accounts.services.users import create_user, deactivate_user, end_sessions, reactivate_user, rename_user
from apps.core.database_roles import as_house
from apps.crm.models import Dealer, DealerUser
from apps.crm.models.reach import portal_reader
from apps.crm.permissions.people import can_manage_people

if TYPE_CHECKING:
    from apps.accounts.models import User

Role = DealerUser.Role


class LastOwner(Exception):
    def __init__(self) -> None:
        super().__init__(_("This is the last owner. Make another one first."))


@transaction.atomic
def invite_person(
    *, actor: User, dealer: Dealer, name: str, email: str, sees_money: bool, site: str, now: datetime
) -> DealerUser:
    """Let an employee in; they get a link to choose a password. One who had left comes back.

    `site` is the address of the house. Raises PermissionDenied, EmailTaken, ValidationError.
    """
    if not can_manage_people(actor, dealer.pk):
        raise PermissionDenied
    address = email.strip().lower()
    with as_house():
        person = DealerUser.objects.filter(dealer=dealer, user__email=address).select_related("user").first()
        if person is None:
            user = create_user(actor=None, email=address, name=name, roles=["dealer"], now=now)
            person = DealerUser(dealer=dealer, user=user, email=address, created_at=now)
        elif person.ended_at is None:
            raise ValidationError({"email": _("They are among your people already.")})
        else:
            reactivate_user(actor=None, user=person.user, now=now)
        person.name, person.sees_money, person.role = name.strip(), sees_money, Role.EMPLOYEE
        person.invited_by, person.ended_at = actor, None
        person.save()
        invite_user(actor=None, user=person.user, site=site, now=now)
        record_event(actor=actor, verb="dealer_user.invited", now=now, record=person.user)
    return person


@transaction.atomic
def invite_again(*, actor: User, person: DealerUser, site: str, now: datetime) -> None:
    """Send the link once more. Raises PermissionDenied."""
    if not can_manage_people(actor, person.dealer_id):
        raise PermissionDenied
    with as_house():
        invite_user(
            actor=None, user=DealerUser.objects.select_related("user").get(pk=person.pk).user, site=site, now=now
        )


@transaction.atomic
def limit_person(*, actor: User, person: DealerUser, role: str, sees_money: bool, now: datetime) -> None:
    """Say what one of the dealer's people may. Raises PermissionDenied, ValidationError, LastOwner."""
    if not can_manage_people(actor, person.dealer_id):
        raise PermissionDenied
    if role not in Role.values:
        raise ValidationError({"role": _("There is no such choice.")})
    with as_house():
        locked = _locked(person)
        if role != Role.OWNER:
            _keep_one_owner(locked)
        before = {"role": locked.role, "sees_money": locked.sees_money}
        locked.role, locked.sees_money = role, sees_money
        locked.save(update_fields=["role", "sees_money"])
        end_streams = before != {"role": role, "sees_money": sees_money}
        if end_streams:
            end_sessions(user=locked.user)  # what an open page shows was asked for with other rights
            record_event(
                actor=actor,
                verb="dealer_user.limited",
                now=now,
                record=locked.user,
                details={"role": role, "sees_money": sees_money},
            )


@transaction.atomic
def end_access(*, actor: User, person: DealerUser, now: datetime) -> None:
    """Take somebody out of the portal; gone already: nothing happens. Raises PermissionDenied, LastOwner."""
    if not can_manage_people(actor, person.dealer_id):
        raise PermissionDenied
    with as_house():
        locked = _locked(person)
        if locked.ended_at is not None:
            return
        _keep_one_owner(locked)
        locked.ended_at = now
        locked.save(update_fields=["ended_at"])
        deactivate_user(actor=None, user=locked.user, now=now)
        record_event(actor=actor, verb="dealer_user.ended", now=now, record=locked.user)


@transaction.atomic
def rename_self(*, actor: User, name: str, now: datetime) -> None:
    """Change the name that one's firm and the plant see."""
    reader = portal_reader(actor)
    if reader is None or reader.user_id != actor.pk:
        raise PermissionDenied
    with as_house():
        rename_user(actor=actor, user=actor, name=name, now=now)
        DealerUser.objects.filter(user=actor).update(name=name.strip())


def _locked(person: DealerUser) -> DealerUser:
    """With all owners of the firm, so that two of them can't end each other."""
    people = DealerUser.objects.select_for_update(of=("self",)).select_related("user").filter(dealer=person.dealer_id)
    return next(each for each in people.order_by("pk") if each.pk == person.pk)


def _keep_one_owner(person: DealerUser) -> None:
    owners = DealerUser.objects.current().filter(dealer=person.dealer_id, role=Role.OWNER)
    if person.role == Role.OWNER and not owners.exclude(pk=person.pk).exists():
        raise LastOwner
