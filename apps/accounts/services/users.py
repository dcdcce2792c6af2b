"""Users: made, invited, given roles, put out of service. Each of these leaves an audit event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.accounts import permissions
from apps.accounts.models import Preferences, User
from apps.accounts.services.audit import record_event
from apps.accounts.signals import sessions_ending, user_created, user_deactivated
from apps.core.live import recheck


class EmailTaken(Exception):
    """Another user signs in with this address."""

    def __init__(self, email: str) -> None:
        super().__init__(_("Somebody signs in with %(email)s already.") % {"email": email})
        self.email = email


class UnknownRole(Exception):
    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        super().__init__(_("There is no group called %(names)s.") % {"names": ", ".join(self.names)})


class LastAdministrator(Exception):
    def __init__(self) -> None:
        super().__init__(_("This is the last administrator. Make another one first."))


@transaction.atomic
def create_user(
    *,
    actor: User | None,
    email: str,
    name: str,
    roles: Iterable[str],
    now: datetime,
    password: str | None = None,
    language: str = "",
) -> User:
    """Make a user with these roles; without a password they can't sign in until they follow their invitation.

    `actor` None is the house itself (a command). Raises PermissionDenied, EmailTaken, UnknownRole.
    """
    _ask(actor)
    groups = _groups(roles)
    address = email.strip().lower()
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                address, password, name=name.strip(), created_at=now, is_staff=_enters_admin(groups)
            )
    except IntegrityError as error:
        raise EmailTaken(address) from error
    Preferences.objects.create(user=user, language=language)
    user.groups.set(groups)
    user_created.send(sender=User, user=user, actor=actor, now=now)
    record_event(
        actor=actor,
        verb="user.created",
        now=now,
        record=user,
        details={"roles": sorted(group.name for group in groups)},
    )
    return user


@transaction.atomic
def rename_user(*, actor: User | None, user: User, name: str, now: datetime) -> None:
    """Change the name a user is shown by; their own, or anybody's for an administrator."""
    if actor is None or actor.pk != user.pk:
        _ask(actor)
    user.name = name.strip()
    user.save(update_fields=["name"])


@transaction.atomic
def change_email(*, actor: User | None, user: User, email: str, now: datetime) -> None:
    """Let `user` sign in with another address from now on. Raises PermissionDenied, EmailTaken."""
    _ask(actor)
    address = email.strip().lower()
    if address == user.email:
        return
    if User.objects.filter(email=address).exists():
        raise EmailTaken(address)
    EmailAddress.objects.filter(user=user).delete()  # allauth would still let in by those it has noted
    user.email = address
    user.save(update_fields=["email"])
    record_event(actor=actor, verb="user.email_changed", now=now, record=user)


@transaction.atomic
def set_roles(*, actor: User | None, user: User, roles: Iterable[str], now: datetime) -> None:
    """Give `user` exactly these groups; what depends on rights is resolved anew at their next request.

    Raises PermissionDenied, UnknownRole, LastAdministrator.
    """
    _ask(actor)
    groups = _groups(roles)
    list(User.objects.select_for_update().filter(groups__name="admin").order_by("pk").values_list("pk"))
    before = set(user.groups.values_list("name", flat=True))
    after = {group.name for group in groups}
    if before == after:
        return
    if "admin" in before - after:
        _keep_one_admin(user)
    user.groups.set(groups)
    User.objects.filter(pk=user.pk).update(
        rights_epoch=F("rights_epoch") + 1, is_staff=user.is_superuser or _enters_admin(groups)
    )
    user.refresh_from_db(fields=["rights_epoch", "is_staff"])
    permissions.forget_roles(user)
    record_event(
        actor=actor,
        verb="user.roles_changed",
        now=now,
        record=user,
        details={"added": sorted(after - before), "removed": sorted(before - after)},
    )


@transaction.atomic
def deactivate_user(*, actor: User | None, user: User, now: datetime) -> None:
    """Put `user` out of service: no sign-in, every session ended, every token revoked. What they made stays.

    Raises PermissionDenied, LastAdministrator.
    """
    _ask(actor)
    list(User.objects.select_for_update().filter(groups__name="admin").order_by("pk").values_list("pk"))
    if permissions.is_admin(user):
        _keep_one_admin(user)
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, rights_epoch=F("rights_epoch") + 1):
        return
    user.refresh_from_db(fields=["is_active", "rights_epoch"])
    user.api_tokens.filter(revoked_at=None).update(revoked_at=now)
    end_sessions(user=user)
    user_deactivated.send(sender=User, user=user, actor=actor, now=now)
    record_event(actor=actor, verb="user.deactivated", now=now, record=user)


@transaction.atomic
def reactivate_user(*, actor: User | None, user: User, now: datetime) -> None:
    """Let `user` sign in again with the password they had; sessions and tokens stay ended."""
    _ask(actor)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True, rights_epoch=F("rights_epoch") + 1):
        user.refresh_from_db(fields=["is_active", "rights_epoch"])
        record_event(actor=actor, verb="user.reactivated", now=now, record=user)


@transaction.atomic
def sign_out_everywhere(*, actor: User | None, user: User, now: datetime) -> int:
    """End every session of `user`; returns how many there were. Their own, or anybody's for an administrator."""
    if actor is None or actor.pk != user.pk:
        _ask(actor)
    ended = end_sessions(user=user)
    record_event(actor=actor, verb="user.signed_out_everywhere", now=now, record=user, details={"sessions": ended})
    return ended


def end_sessions(*, user: User) -> int:
    """Sign `user` out everywhere; returns how many sessions there were."""
    sessions = list(UserSession.objects.filter(user=user))
    sessions_ending.send(sender=UserSession, sessions=sessions)
    for session in sessions:
        session.end()
    recheck(user.pk)  # streams that are open ask again who listens
    return len(sessions)


def _ask(actor: User | None) -> None:
    if actor is not None and not permissions.can_change_settings(actor):
        raise PermissionDenied


def _groups(roles: Iterable[str]) -> list[Group]:
    wanted = set(roles)
    groups = list(Group.objects.filter(name__in=wanted))
    if len(groups) != len(wanted):
        raise UnknownRole(wanted - {group.name for group in groups})
    return groups


def _enters_admin(groups: Iterable[Group]) -> bool:
    return any(group.name == "admin" for group in groups)


def _keep_one_admin(user: User) -> None:
    others = User.objects.filter(is_active=True, groups__name="admin").exclude(pk=user.pk)
    if not others.exists():
        raise LastAdministrator
