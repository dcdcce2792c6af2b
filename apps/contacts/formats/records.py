"""The plain records that every contact format is read into and written from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


class UnreadableFile(ValueError):
    """Nothing at all can be made of the file; the sentence is fit for a person."""


@dataclass(slots=True)
class PartialDate:
    """A day that may lack its year (vCard `--0412`), or keep only year or year and month."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @classmethod
    def of(cls, day: date) -> PartialDate:
        return cls(day.year, day.month, day.day)


@dataclass(slots=True)
class Email:
    address: str
    label: str = ""  # "work", "home", or whatever the file says
    is_primary: bool = False
    plain_text_only: bool = False
    public_key: str = ""
    bounced_at: str = ""  # ISO 8601 with zone, as our own exports write it
    opted_out_at: str = ""
    position: int = field(default=0, compare=False)  # place in the file among its kind, where units would reorder


@dataclass(slots=True)
class Phone:
    raw: str  # as typed in the file
    kind: str = ""  # one of PHONE_KINDS, or empty
    label: str = ""  # free text, such as an X-ABLabel
    is_primary: bool = False
    extension: str = ""
    position: int = field(default=0, compare=False)  # place in the file among its kind, where units would reorder


@dataclass(slots=True)
class Url:
    url: str
    kind: str = "web"  # one of LINK_KINDS
    label: str = ""
    is_primary: bool = False
    username: str = ""  # its password is never exported
    position: int = field(default=0, compare=False)  # place in the file among its kind, where units would reorder


@dataclass(slots=True)
class Address:
    """A postal address; it becomes (or fills) a unit of the entity."""

    kind: str = ""  # home, work, other or empty
    label: str = ""
    po_box: str = ""
    street: str = ""  # may bear the house number; formats that have it apart fill house_number
    house_number: str = ""
    street2: str = ""  # the "extended address"
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""  # as written; ISO alpha-2 where the file says so
    is_primary: bool = False

    def is_empty(self) -> bool:
        return not any(
            (
                self.po_box,
                self.street,
                self.house_number,
                self.street2,
                self.city,
                self.region,
                self.postcode,
                self.country,
            )
        )


@dataclass(slots=True)
class Photo:
    """Either the picture's bytes or the address it was linked from (never fetched by itself)."""

    data: bytes = b""
    mime_type: str = ""
    url: str = ""


@dataclass(slots=True)
class Raw:
    """What a format carries and the model has no field for: kept, shown under "more", written again."""

    name: str  # upper case, without group: "X-SKYPE-USERNAME"
    value: str  # as in the file, unfolded and decoded to text, still escaped
    params: dict[str, list[str]] = field(default_factory=dict)
    group: str = ""  # "item1"


@dataclass(slots=True)
class Job:
    """Where a person works. `organisation` is a name; `departments` from the widest to the narrowest."""

    organisation: str = ""
    departments: list[str] = field(default_factory=list)
    title: str = ""
    role: str = ""
    is_primary: bool = True
    organisation_uid: str = ""  # our own exports name the organisation's card
    valid_from: date | None = None
    valid_to: date | None = None  # half-open


@dataclass(slots=True)
class Tie:
    """A relationship that only our own CSV and SQL (and vCard RELATED) carry.

    With `key` set the relationship has more to it than two ends: every card that takes part in it bears a tie of
    that key, saying on which side it stands. Without, it ties this card to `other_uid`.
    """

    type_key: str
    key: str = ""
    other_uid: str = ""
    other_name: str = ""
    name: str = ""
    description: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    role: str = ""
    side: str = "source"
    attributes: dict[str, object] = field(default_factory=dict)
    job_title: str = ""
    department: str = ""
    is_primary: bool = False
    unit_number: int = 0  # which of the card's units takes part, 1-based; 0: none in particular


@dataclass(slots=True)
class UnitRecord:
    """One place or department of an entity with what belongs to it."""

    name: str = ""
    kind: str = "other"  # home, work, department, other
    address: Address = field(default_factory=Address)
    parent_name: str = ""
    time_zone: str = ""
    geo: str = ""  # "lat,lon"
    valid_from: date | None = None
    valid_to: date | None = None
    is_primary: bool = False
    emails: list[Email] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    links: list[Url] = field(default_factory=list)
    attributes: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Card:
    """One person or organisation as a file has it. `index` is 1-based: its place in the file."""

    index: int = 0
    kind: str = "person"  # person or organisation
    uid: str = ""  # the file's own UID, any text
    full_name: str = ""  # FN / displayName as written
    prefix: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    suffix: str = ""
    nickname: str = ""
    name: str = ""  # of an organisation
    legal_name: str = ""
    registration_number: str = ""
    vat_number: str = ""
    industry: str = ""
    organisation_type: str = ""
    jobs: list[Job] = field(default_factory=list)
    units: list[UnitRecord] = field(default_factory=list)
    birthday: PartialDate | None = None
    anniversary: PartialDate | None = None
    photo: Photo | None = None
    notes: str = ""
    language: str = ""
    time_zone: str = ""
    public_key: str = ""
    categories: list[str] = field(default_factory=list)
    folder: str = ""
    owner_email: str = ""
    attributes: dict[str, object] = field(default_factory=dict)  # custom fields by key
    ties: list[Tie] = field(default_factory=list)
    raw: list[Raw] = field(default_factory=list)

    def emails(self) -> list[Email]:
        """All of them in the file's order; those without a position unit by unit."""
        return sorted((email for unit in self.units for email in unit.emails), key=_position)

    def phones(self) -> list[Phone]:
        return sorted((phone for unit in self.units for phone in unit.phones), key=_position)

    def links(self) -> list[Url]:
        return sorted((link for unit in self.units for link in unit.links), key=_position)


def _position(detail: Email | Phone | Url) -> int:
    return detail.position


@dataclass(slots=True)
class Rejected:
    """A record that could not be read: why, in a person's words, and what it was."""

    index: int  # 1-based place in the file
    reason: str
    excerpt: str = ""  # the first 500 characters of the record as given
    line: int | None = None


@dataclass(slots=True)
class Skipped:
    """A record that is no contact (an LDIF group, a change record): counted as skipped, not rejected."""

    index: int
    kind: str


@dataclass(slots=True)
class ReadOptions:
    """What a person chose in the preview; empty means guess."""

    encoding: str = ""
    delimiter: str = ""
    mapping: dict[str, str] = field(default_factory=dict)  # CSV/SQL: column -> target, see formats.mapping
    table: str = ""  # SQL: which table


PHONE_KINDS = ("work", "mobile", "home", "fax", "work_fax", "home_fax", "pager", "main", "other")
LINK_KINDS = ("web", "profile", "chat", "feed", "other")
UNIT_KINDS = ("home", "work", "department", "other")
