"""Members that are programs: made by who manages a group, known by a key that is shown once (docs/adr/0026)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.services.bots import bot_of_key, change_scopes, make_bot_user, renew_key
from apps.core.services.operations import operate, snapshot
from apps.projects.hook_words import Words
from apps.projects.models import Bot, Group, Membership, Message
from apps.projects.permissions import can_manage
from apps.projects.services.members import member_of
from apps.projects.services.messages import post_message

MOST = 20  # of one group
_HOOK = "groups:hook"  # no route of the API asks for it
_WRITES, _READS = "groups:write", "groups:read"


def make_bot(
    *, actor: User, group: Group, kind: Bot.Kind, name: str, sign: str, reads: bool, now: datetime
) -> tuple[Bot, str]:
    """Returns it with its key, which isn't shown again. Raises PermissionDenied, ValidationError."""
    cleaned = _clean_name(name)
    with operate(actor=actor, verb="group.bot_added", now=now, undoable=False) as recorder:
        locked = _managed(actor, group)
        if Bot.objects.present().filter(membership__group=locked).count() >= MOST:
            raise ValidationError({"name": _("There are %(most)s bots already.") % {"most": MOST}})
        user = make_bot_user(actor=actor, name=cleaned, now=now)
        member = Membership.objects.create(
            group=locked,
            user=user,
            is_bot=True,
            display_name=cleaned,
            joined_at=now,
            from_seq=0 if locked.shows_history else locked.last_seq,
        )
        recorder.created(member)
        bot = Bot.objects.create(membership=member, kind=kind, sign=sign.strip(), reads=reads, made_by=actor)
        key = renew_key(actor=actor, user=user, scopes=_scopes(bot), now=now)
    return bot, key


def change_bot(*, actor: User, bot: Bot, name: str, sign: str, reads: bool, now: datetime) -> None:
    """Its key stays good. Raises PermissionDenied, ValidationError."""
    cleaned = _clean_name(name)
    with operate(actor=actor, verb="group.bot_changed", now=now, undoable=False) as recorder:
        member, user = _present(actor, bot)
        before = snapshot(member)
        member.display_name = user.name = cleaned
        member.save(update_fields=["display_name"])
        user.save(update_fields=["name"])
        recorder.updated(member, before)
        bot.sign, bot.reads = sign.strip(), reads and bot.kind == Bot.Kind.API
        bot.save(update_fields=["sign", "reads"])
        change_scopes(actor=actor, user=user, scopes=_scopes(bot), now=now)


def renew_bot_key(*, actor: User, bot: Bot, now: datetime) -> str:
    """Returns another key, shown this once; the one before is good no more. Raises PermissionDenied."""
    with operate(actor=actor, verb="group.bot_key_renewed", now=now, undoable=False):
        _member, user = _present(actor, bot)
        return renew_key(actor=actor, user=user, scopes=_scopes(bot), now=now)


def hook_of_key(key: str, *, now: datetime) -> Bot | None:
    """The incoming webhook that this is the key of; None for an unknown one. Raises KeyRevoked."""
    user = bot_of_key(key, scope=_HOOK, now=now)
    found = Bot.objects.present().filter(membership__user=user, kind=Bot.Kind.HOOK) if user else Bot.objects.none()
    return found.select_related("membership__group", "membership__user").first()


def say_from_outside(*, hook: Bot, words: Words, now: datetime) -> Message:
    """Post what came to an incoming webhook; what bears the same id is said once.

    Raises ValidationError for what is empty or too long, PermissionDenied where it left meanwhile.
    """
    user = hook.membership.user
    if user is None:
        raise PermissionDenied
    digest = hashlib.sha256(words.key.encode("utf-8", "replace")).hexdigest()[:32]
    text = f"{words.name}: {words.text}" if words.name and words.text.strip() else words.text
    return post_message(
        actor=user,
        group=hook.membership.group,
        client_id=f"hook-{digest}" if words.key else str(uuid4()),
        text=text,
        now=now,
    )


def _scopes(bot: Bot) -> Sequence[str]:
    if bot.kind == Bot.Kind.HOOK:
        return [_HOOK]
    return [_WRITES, _READS] if bot.reads else [_WRITES]


def _managed(actor: User, group: Group) -> Group:
    locked = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    if not can_manage(locked, member_of(actor, locked)):
        raise PermissionDenied
    return locked


def _present(actor: User, bot: Bot) -> tuple[Membership, User]:
    """Raises PermissionDenied where `actor` doesn't manage its group, or it has left."""
    member = Membership.objects.select_related("user", "group").get(pk=bot.pk)
    _managed(actor, member.group)
    if member.left_at is not None or member.user is None:
        raise PermissionDenied
    return member, member.user


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.replace("\x00", "").split())
    if not cleaned:
        raise ValidationError({"name": _("A bot needs a name.")})
    if len(cleaned) > 100:
        raise ValidationError({"name": _("This name is too long.")})
    return cleaned
