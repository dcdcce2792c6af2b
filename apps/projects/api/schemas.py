"""Groups and messages as the API takes and gives them; names are those of the model."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from apps.core.api import Strict
from apps.projects.models.messages import MOST_CHARACTERS
from apps.projects.services.attaching import MOST_FILES

_LARGEST = 2**63 - 1
Kind = Literal["picture", "voice", "file"]


class GroupOut(Schema):
    id: int
    kind: str = Field(description="direct, group or channel")
    title: str = Field(description="Of a direct chat the other one's name")
    is_project: bool
    role: str = Field(description="Yours: owner, admin or member")
    may_write: bool
    last_seq: int
    last_rev: int = Field(description="Ask for messages with `after_rev` below it to hear what is new")
    last_at: datetime
    read_seq: int = Field(description="How far you have read")


class GroupPage(Schema):
    items: list[GroupOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class MemberOut(Schema):
    id: int
    name: str
    is_bot: bool
    user_id: int | None
    contact_id: int | None
    role: str = Field(description="owner, admin or member")
    joined_at: datetime


class MemberPage(Schema):
    items: list[MemberOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class AuthorOut(Schema):
    id: int = Field(description="The member's id in this group")
    name: str
    is_bot: bool
    user_id: int | None


class ReactionOut(Schema):
    sign: str
    member_ids: list[int]


class AttachmentOut(Schema):
    id: int
    kind: str = Field(description="picture, voice or file")
    name: str
    mime_type: str
    size: int = Field(description="Bytes")
    width: int | None = Field(description="Pixels of a picture")
    height: int | None
    seconds: int | None = Field(description="Of a voice message")
    message_id: int


class AttachmentPage(Schema):
    items: list[AttachmentOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class BroughtOut(Schema):
    key: str = Field(description="For the `files` of a message of yours in this group, within seven days")
    kind: str = Field(description="picture, voice or file")
    name: str


class LinkOut(Schema):
    url: str
    title: str


class MessageOut(Schema):
    id: int
    group_id: int
    seq: int = Field(description="Its place in the group, which never changes")
    rev: int = Field(description="Rises with whatever happens to it")
    author: AuthorOut
    client_id: str
    text: str
    reply_to_id: int | None
    forwarded_from: str | None = Field(description="Who said it first, where it was passed on")
    sent_at: datetime
    written_at: datetime | None
    edited_at: datetime | None
    deleted_at: datetime | None = Field(description="Set: a tombstone, of which nothing is told any more")
    is_pinned: bool
    reactions: list[ReactionOut]
    mentioned_ids: list[int] = Field(description="Members that are meant by an @")
    files: list[AttachmentOut]
    links: list[LinkOut]


class MessagePage(Schema):
    items: list[MessageOut]
    rev: int = Field(description="What the answer is true up to: the next `after_rev`")
    has_more: bool


class MessageFilters(Strict):
    """At most one of the three; without any come the latest messages."""

    after_rev: int | None = Field(None, ge=0, le=_LARGEST, description="All that happened since, tombstones too")
    after: int | None = Field(None, ge=0, le=_LARGEST, description="Messages behind this seq")
    before: int | None = Field(None, ge=1, le=_LARGEST, description="Messages in front of this seq")
    limit: int = Field(50, ge=1, le=200)


class MessageIn(Strict):
    text: str = Field("", max_length=MOST_CHARACTERS)
    client_id: str | None = Field(
        None, max_length=40, description="8 to 40 letters, digits and -, made by you: the same one is posted once"
    )
    reply_to_id: int | None = Field(None, ge=1, le=_LARGEST)
    written_at: AwareDatetime | None = None
    files: list[str] = Field([], max_length=MOST_FILES, description="Keys of files that were brought")


class MessagePatch(Strict):
    text: str = Field(max_length=MOST_CHARACTERS)


class ReactIn(Strict):
    sign: str = Field(max_length=8, description="One of 👍 ❤️ 😀 🎉 👀 ✅")
    wanted: bool = True


class PinIn(Strict):
    wanted: bool = True


class ReadIn(Strict):
    seq: int = Field(ge=0, le=_LARGEST, description="All up to it counts as read; it only rises")


class SearchFilters(Strict):
    q: str = Field("", max_length=200, description="All words must be in it; the last may be a beginning")
    group_id: int | None = Field(None, ge=1, le=_LARGEST)
    before: int | None = Field(None, ge=1, le=_LARGEST, description="With `group_id`: in front of this seq")


class SearchPage(Schema):
    items: list[MessageOut]
    is_guess: bool = Field(description="Found by words that are only spelled alike")
    has_more: bool


class FileFilters(Strict):
    kind: Kind | None = None
    after: str = Field("", max_length=18, description="`next` of the page before")
