"""What contacts themselves bring to a merge: every column that names an entity, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import AuditEvent
from apps.contacts import models
from apps.contacts.services.categories import mark_restricted
from apps.contacts.services.duplicates.finding import enqueue
from apps.contacts.services.merging.below import follow_units
from apps.contacts.services.merging.merge import derive_anew
from apps.core.contributions import MergePart, Tie, merge
from apps.core.models import Change

_ENTITY = {"record_type": "contacts.entity"}
_PLACE = "moves with its place, or goes where the winner has the same"
_FOUND_ANEW = "found anew from the winner's words"
_NEVER_CHANGED = "written once and never changed; the loser's page leads to the winner"


def register() -> None:
    """Called once, when the app is ready."""
    ties = (
        Tie(models.Entity, "merged_into"),
        Tie(models.Entity, "organisation_entity", handled="copied from the job, which moves"),
        Tie(models.EntityCategory),
        Tie(models.ExternalUid),
        Tie(models.RawProperty),
        Tie(models.Attachment, words=lambda n: ngettext("%(count)s file", "%(count)s files", n) % {"count": n}),
        Tie(models.Favourite),
        Tie(models.Clipped),
        Tie(models.Recent),
        Tie(
            models.Unit,
            words=lambda n: ngettext("%(count)s place", "%(count)s places", n) % {"count": n},
            handled="moves, unless the winner has the same place",
        ),
        Tie(
            models.EmailAddress,
            words=lambda n: ngettext("%(count)s e-mail address", "%(count)s e-mail addresses", n) % {"count": n},
            handled=_PLACE,
        ),
        Tie(
            models.PhoneNumber,
            words=lambda n: ngettext("%(count)s phone number", "%(count)s phone numbers", n) % {"count": n},
            handled=_PLACE,
        ),
        Tie(
            models.Link,
            words=lambda n: ngettext("%(count)s link", "%(count)s links", n) % {"count": n},
            handled=_PLACE,
        ),
        Tie(
            models.Participant,
            words=lambda n: ngettext("%(count)s tie", "%(count)s ties", n) % {"count": n},
            handled="moves, unless it ties the two or the winner has the same",
        ),
        Tie(models.EntityReference),
        Tie(models.EntityReference, "referenced"),
        Tie(models.ImportReview, "candidate"),
        Tie(models.SearchToken, handled=_FOUND_ANEW),
        Tie(models.DuplicateProfile, handled=_FOUND_ANEW),
        Tie(models.DuplicateKey, handled=_FOUND_ANEW),
        Tie(models.DuplicateCheck, handled=_FOUND_ANEW),
        Tie(models.DuplicatePair, "left", handled="the pair of the two is marked as merged"),
        Tie(models.DuplicatePair, "right", handled="the pair of the two is marked as merged"),
        Tie(Change, "record_id", where=_ENTITY, stays=_NEVER_CHANGED),
        Tie(Change, "subject_id", where=_ENTITY, stays=_NEVER_CHANGED),
        Tie(AuditEvent, "record_id", where=_ENTITY, stays=_NEVER_CHANGED),
    )
    merge.register("contacts", MergePart(ties, settle=_settle, keeps=_keeps, rejoin=follow_units), position=10)


def _settle(ids: Sequence[int], now: datetime) -> None:
    mark_restricted(ids)
    derive_anew(ids, now)
    enqueue(ids, now=now)


def _keeps(winner_id: int, loser_id: int) -> str:
    winner = models.Entity.objects.select_related("merged_into").get(pk=winner_id)
    if winner.merged_into is None:
        return ""
    text = _("%(name)s was merged into %(other)s since. Take that back first.")
    return text % {"name": winner.display_name, "other": winner.merged_into.display_name}
