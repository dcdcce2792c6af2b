"""`/groups`: one's own groups, who is in them, and how far one has read."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router

from apps.accounts.api_auth import needs_scope
from apps.core import clock
from apps.core.api import PROBLEMS
from apps.projects import permissions
from apps.projects.api.paging import Keyset
from apps.projects.api.schemas import GroupOut, GroupPage, MemberOut, MemberPage, ReadIn
from apps.projects.api.shared import asking, key_of
from apps.projects.doors import enter, project_of
from apps.projects.models import Membership, ReadMark
from apps.projects.selectors.groups import titles_of
from apps.projects.services import reading

router = Router(tags=["groups"])


@router.get("", response={200: GroupPage, **PROBLEMS}, summary="List your groups")
@needs_scope("groups:read")
def list_groups(request: HttpRequest, wanted: Query[Keyset]) -> GroupPage:
    """Groups, channels, direct chats and projects that you are in, in the order in which they were made."""
    found = _own(request).filter(group__gt=key_of(wanted.after)).order_by("group")
    rows = list(found[: wanted.limit + 1])
    page = rows[: wanted.limit]
    return GroupPage(items=_told(page), next=str(page[-1].group_id) if len(rows) > len(page) else None)


@router.get("/{group_id}", response={200: GroupOut, **PROBLEMS}, summary="Read a group")
@needs_scope("groups:read")
def read_group(request: HttpRequest, group_id: int) -> GroupOut:
    found = _own(request).filter(group=group_id).first()
    if found is None:
        raise Http404
    return _told([found])[0]


@router.get("/{group_id}/members", response={200: MemberPage, **PROBLEMS}, summary="List who is in a group")
@needs_scope("groups:read")
def list_members(request: HttpRequest, group_id: int, wanted: Query[Keyset]) -> MemberPage:
    """Those who are in it now, in the order in which they came."""
    group, _member = enter(asking(request), group_id)
    present = Membership.objects.present().filter(group=group, pk__gt=key_of(wanted.after)).order_by("pk")
    rows = list(present[: wanted.limit + 1])
    page = rows[: wanted.limit]
    items = [
        MemberOut(
            id=each.pk,
            name=each.display_name,
            is_bot=each.is_bot,
            user_id=each.user_id,
            contact_id=each.entity_id,
            role=each.role,
            joined_at=each.joined_at,
        )
        for each in page
    ]
    return MemberPage(items=items, next=str(page[-1].pk) if len(rows) > len(page) else None)


@router.post("/{group_id}/read", response={204: None, **PROBLEMS}, summary="Mark as read")
@needs_scope("groups:read")
def mark_read(request: HttpRequest, group_id: int, data: ReadIn) -> HttpResponse:
    """Lower than before: nothing happens."""
    group, _member = enter(asking(request), group_id)
    reading.mark_read(actor=asking(request), group=group, seq=data.seq, now=clock.now())
    return HttpResponse(status=204)


def _own(request: HttpRequest) -> QuerySet[Membership]:
    mark = ReadMark.objects.filter(membership=OuterRef("pk"), topic=None).values("read_seq")
    found = Membership.objects.present().filter(user=asking(request)).select_related("group__project")
    return found.annotate(mark=Coalesce(Subquery(mark), 0))


def _told(members: list[Any]) -> list[GroupOut]:
    titles = titles_of(members)
    return [
        GroupOut(
            id=member.group_id,
            kind=member.group.kind,
            title=titles[member.group_id],
            is_project=project_of(member.group) is not None,
            role=member.role,
            may_write=permissions.can_write(member.group, member),
            last_seq=member.group.last_seq,
            last_rev=member.group.last_rev,
            last_at=member.group.last_at,
            read_seq=max(member.mark, member.from_seq),
        )
        for member in members
    ]
