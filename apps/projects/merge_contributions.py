"""What groups and projects bring to a merge: who speaks and who takes part."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import ngettext

from apps.core.contributions import MergePart, Tie, merge
from apps.projects.models import GuestAccess, Membership, Participant, Project


def register() -> None:
    """Called once, when the app is ready."""
    ties = (
        Tie(Membership, words=lambda n: ngettext("%(count)s group", "%(count)s groups", n) % {"count": n}),
        Tie(Membership, "record_id", where={"record_type": "contacts.entity"}),
        Tie(
            Participant,
            closes="removed_at",
            words=lambda n: ngettext("%(count)s project", "%(count)s projects", n) % {"count": n},
            seen=lambda user: Q(project__in=Project.objects.visible_to(user).values("pk")),
        ),
        Tie(GuestAccess),
    )
    merge.register("projects", MergePart(ties), position=50)
