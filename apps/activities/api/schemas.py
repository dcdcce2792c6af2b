"""Entries and tasks as the API takes and gives them; names are those of the model."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from apps.core.api import Strict

Visibility = Literal["public", "team", "private"]
State = Literal["open", "in_progress", "waiting", "done", "cancelled"]
Ids = list[int]
_LARGEST = 2**63 - 1


class ActivityOut(Schema):
    id: int
    kind: str
    verb: str
    subject: str
    text: str
    actor_id: int | None
    occurred_at: datetime
    created_at: datetime
    visibility: str
    category_id: int | None
    contact_ids: Ids = Field(description="Those of its contacts that you see, without employers")
    facts: dict[str, Any] = Field(description="What its kind keeps beside the words")
    fields: dict[str, Any] = Field(description="Own fields of its kind by key")


class ActivityPage(Schema):
    items: list[ActivityOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class Keyset(Strict):
    after: str = Field("", max_length=200, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200)


class ActivityFilters(Keyset):
    """Narrow the history; all of them must hold."""

    kind: str = Field("", max_length=40)
    contact_id: int | None = Field(None, ge=1, le=_LARGEST, description="About this contact or its people")
    actor_id: int | None = Field(None, ge=1, le=_LARGEST)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = Field(None, description="Not included")


class NoteIn(Strict):
    contact_id: int = Field(ge=1, le=_LARGEST)
    text: str = Field(max_length=20_000)
    kind: str = Field("note", max_length=40)
    occurred_at: AwareDatetime | None = None
    visibility: Visibility = "public"
    fields: dict[str, Any] = Field({}, description="Own fields of its kind by key")


class CallIn(Strict):
    contact_id: int = Field(ge=1, le=_LARGEST)
    text: str = Field("", max_length=20_000)
    occurred_at: AwareDatetime
    direction: Literal["in", "out"] = "out"
    outcome: Literal["reached", "no_answer", "busy", "voicemail", "wrong_number"] = "reached"
    seconds: int | None = Field(None, ge=0)
    number: str = Field("", max_length=60)
    visibility: Visibility = "public"


class ItemOut(Schema):
    id: int
    text: str
    is_done: bool


class TaskOut(Schema):
    id: int
    subject: str
    text: str
    state: State
    priority: int = Field(description="1 high, 2 normal, 3 low")
    due_on: date | None
    due_at: time | None = Field(description="By the clocks of `zone`")
    zone: str
    snoozed_until: date | None
    rrule: str
    assignee_ids: Ids
    contact_ids: Ids = Field(description="Those of its contacts that you see")
    items: list[ItemOut]
    visibility: str
    author_id: int | None
    created_at: datetime
    completed_at: datetime | None
    completed_by_id: int | None


class TaskPage(Schema):
    items: list[TaskOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class TaskFilters(Keyset):
    """Narrow the list; all of them must hold."""

    state: State | None = None
    is_open: bool | None = None
    assignee_id: int | None = Field(None, ge=1, le=_LARGEST)
    author_id: int | None = Field(None, ge=1, le=_LARGEST)
    contact_id: int | None = Field(None, ge=1, le=_LARGEST)
    due_from: date | None = None
    due_to: date | None = Field(None, description="Included")


class TaskPatch(Strict):
    subject: str | None = Field(None, max_length=300)
    text: str | None = Field(None, max_length=20_000)
    due_on: date | None = None
    due_at: time | None = None
    zone: str | None = Field(None, max_length=60, description="IANA; yours unless given")
    priority: Literal[1, 2, 3] | None = None
    rrule: str | None = Field(None, max_length=200, description="RFC 5545, from `due_on` on")
    assignee_ids: Ids | None = Field(None, max_length=50, description="You, unless given")
    contact_ids: Ids | None = Field(None, max_length=50)
    visibility: Visibility | None = None


class TaskIn(TaskPatch):
    subject: str = Field(max_length=300)
    items: list[str] = Field([], max_length=100)
