"""Projects as the API gives them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from apps.projects.api.paging import Keyset

State = Literal["planned", "active", "on_hold", "done"]


class ProjectOut(Schema):
    id: int = Field(description="Of its group too: what is said there is under /groups")
    title: str
    state: str = Field(description="planned, active, on_hold or done")
    city: str
    address: str
    site: str
    specialisation: str
    numbers: str
    about: str
    starts_on: date | None
    ends_on: date | None
    created_at: datetime
    changed_at: datetime
    version: int


class ProjectPage(Schema):
    items: list[ProjectOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class ProjectFilters(Keyset):
    state: State | None = None


class ParticipantOut(Schema):
    id: int
    role: str
    name: str
    organisation: str
    contact_id: int | None = Field(description="Null where you don't see the contact")


class ParticipantList(Schema):
    items: list[ParticipantOut]


class ProjectTaskOut(Schema):
    id: int = Field(description="More of it under /tasks")
    subject: str
    state: str
    priority: int
    due_on: date | None
    completed_at: datetime | None


class ProjectTaskPage(Schema):
    items: list[ProjectTaskOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class EntryOut(Schema):
    id: int = Field(description="More of it under /activities")
    kind: str
    subject: str
    text: str
    actor_id: int | None
    occurred_at: datetime


class EntryPage(Schema):
    items: list[EntryOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")
