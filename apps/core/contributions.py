"""What higher floors add to lower ones: registries filled in `AppConfig.ready()` (docs/extending.md)."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.dispatch import Signal
from django.http import HttpRequest

if TYPE_CHECKING:
    from apps.core.home import HomeCard
    from apps.core.models import Operation, OutgoingMail, WebhookEndpoint, WebhookEvent
    from apps.core.reports import Report, ReportPage
    from apps.core.services.operations import Progress

T = TypeVar("T")


class Registry(Generic[T]):
    """Named contributions in the order of their position, then of registration."""

    def __init__(self) -> None:
        self._items: dict[str, tuple[int, T]] = {}

    def register(self, key: str, item: T, *, position: int = 100) -> None:
        """Add `item`; a second one of the same key is a mistake of the caller."""
        if key in self._items:
            raise ValueError(f"{key} is registered twice")
        self._items[key] = (position, item)

    def get(self, key: str) -> T | None:
        found = self._items.get(key)
        return found[1] if found else None

    def items(self) -> list[tuple[str, T]]:
        return [(key, item) for key, (_, item) in sorted(self._items.items(), key=lambda pair: pair[1][0])]

    def __iter__(self) -> Iterator[T]:
        return iter([item for _, item in self.items()])


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab or card on another app's page. `render(request, record)` returns safe HTML, or "" to stay away."""

    page: str  # "contact", "home"
    slot: str  # "tab", "card", "timeline", "head" (under a contact's name), "action", "more"
    title: Any  # a lazily translated string
    render: Callable[[HttpRequest, Any], str]
    icon: str = ""
    concerns: Callable[[Any, Any], bool] | None = None  # of a tab: is it there for this user and record?


@dataclass(frozen=True, slots=True)
class MenuCount:
    """The number beside an entry of the sidebar: `count(user)` is asked on each page, `words(number)` say what it is.

    The page at `url_name` answers with the number alone; open pages ask for it when the event `event` comes.
    """

    count: Callable[[Any], int]
    words: Callable[[int], str]
    url_name: str
    event: str
    most: int = 100  # from here on it says "99+"


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry of the sidebar ("main"), the top bar ("tool"), + New ("new") or the settings pages ("settings")."""

    place: str
    title: Any
    url_name: str
    icon: str
    may_see: Callable[[Any], bool]
    section: str = ""  # paths beginning with this mark the item as current
    shortcut: str = ""
    number: MenuCount | None = None  # of "main" and "tool"
    in_sheet: bool = False  # opens in the side sheet


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One row of the Ctrl-K box."""

    title: str
    url: str
    subtitle: str = ""
    icon: str = ""
    call: str = ""  # tel: address
    mail: str = ""  # mailto: or composer address
    phone: str = ""  # as shown
    email: str = ""
    actions: tuple[tuple[RecordAction, str], ...] = ()  # with their addresses


@dataclass(frozen=True, slots=True)
class SearchProvider:
    """`find(user, text, limit)` answers prefixes; `guess` is asked second, for typos."""

    title: Any
    find: Callable[[Any, str, int], list[SearchHit]]
    guess: Callable[[Any, str, int], list[SearchHit]] | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """A column by which rows of one model hang on an entity, and what a merge does with it (docs/adr/0029).

    Moved, it names the winner from then on. A row for which the winner has its like already, by a unique constraint of
    the model or by `clashes(winner_id)`, stays with the loser, unless `closes` names the column that ends it: then it
    is ended and moves, no sooner than it began (`since`). `stays` says why none of them moves, `handled` by what else
    it is seen to. `seen(user)` narrows what is told to what this user may read, where the model has no `visible_to`.
    """

    model: type[Model]
    column: str = "entity"  # a foreign key, or the number beside a record type that `where` names
    words: Callable[[int], str] | None = None  # "3 tasks", for the preview; None: not worth telling
    where: Mapping[str, Any] = field(default_factory=dict)
    clashes: Callable[[int], Q] | None = None
    closes: str = ""
    since: str = ""
    stays: str = ""
    handled: str = ""
    seen: Callable[[Any], Q] | None = None


@dataclass(frozen=True, slots=True)
class MergePart:
    """What one app does when two entities become one: `ties` names each column of its models that knows entities.

    `refuses(ids)` says in words why these can't be one, "" if they can. `settle(ids, now)` derives anew what follows
    from rows that were moved, or moved back, between these entities. `keeps(winner_id, loser_id)` says what stands in
    the way of taking a merge back. `rejoin(ids)` lets what was added since below rows that were just moved back follow
    them.
    """

    ties: Sequence[Tie]
    refuses: Callable[[Collection[int]], str] | None = None
    settle: Callable[[Sequence[int], datetime], None] | None = None
    keeps: Callable[[int, int], str] | None = None
    rejoin: Callable[[Sequence[int]], None] | None = None


@dataclass(frozen=True, slots=True)
class Undoer:
    """How changes of one model are put back; registered under its record type ("contacts.emailaddress").

    An aggregate's root names `subject_field="pk"` and its version field; a part names the attribute that holds the
    aggregate's id and the root's record type; one that can't be without another part names its foreign key to it as
    `holder`, and isn't put back where that is gone. All callbacks run inside the transaction of the portion.
    """

    model: type[Model]
    subject_field: str = ""  # "pk" of a root, "entity_id" of a part
    root: str = ""  # of a part: "contacts.entity"
    holder: str = ""  # of a part of a part: "unit"
    version_field: str = ""  # of a root; raised by one for each aggregate that undo touches
    ignore: frozenset[str] = frozenset()  # bookkeeping and derived fields: neither compared nor put back
    # Which of these records the actor may still write; the others are reported as conflicts.
    editable: Callable[[Any, Collection[int]], set[int]] | None = None
    # Called once a portion; a root's gets all aggregates touched, also those of which only a part changed.
    after: Callable[[list[int], datetime], None] | None = None


@dataclass(frozen=True, slots=True)
class MonthTable:
    """A table with a partition a month, by a column with a moment; `kept_for` is asked each night (None: for good)."""

    name: str
    column: str
    kept_for: Callable[[], timedelta] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry in the history ("call"); `draw(activity)` gives safe HTML that its row bears beside the words.

    `home(activity)` is the address of its own page, where it has one.
    """

    title: Any
    icon: str
    draw: Callable[[Any], str] | None = None
    home: Callable[[Any], str] | None = None


@dataclass(frozen=True, slots=True)
class ActivityContext:
    """A record that entries may belong to ("crm.order"), registered under its type.

    `tokens_of(ids)` gives each record's audience tokens, integers from `activities.models.CONTEXTS_FROM` on or those
    of entities; `tokens_for(user)` those whose records this user sees. `describe(ids)` gives (title, address) by id.
    Where a query tells what the user sees, `kept_for(user)` gives it instead, each row with its `token`: it is asked
    together with the user's teams, and its answer kept while `stamp()` is the same.
    """

    tokens_of: Callable[[Collection[int]], dict[int, list[int]]]
    tokens_for: Callable[[Any], list[int]]
    describe: Callable[[Collection[int]], dict[int, tuple[str, str]]]
    kept_for: Callable[[Any], QuerySet[Any]] | None = None
    stamp: Callable[[], str] = str


@dataclass(frozen=True, slots=True)
class RecordAction:
    """A button beside a record, on its page and, `in_search`, in the Ctrl-K box; `url(id)` opens in the side sheet.

    On the page "contacts" it stands beside the chosen ones, and `url(0)` takes a POST of their selection; with
    `in_sheet` the answer is a form that opens in the side sheet. On "contacts.list" it stands among the list's views,
    and `url(0)` is given the list's address as `match`.
    """

    page: str  # "contact", "contacts", "contacts.list"
    title: Any
    icon: str
    url: Callable[[int], str]
    in_search: bool = False
    in_sheet: bool = False
    may_see: Callable[[Any], bool] = bool  # asked on "contacts.list"


@dataclass(frozen=True, slots=True)
class ListPart:
    """Columns and filters (`core.listing`) that an app adds to another one's list, as this user may see them.

    A column reads by `prefetch`, a filter narrows by `Exists` on an indexed table: the list keeps its pace.
    """

    page: str  # "contacts"
    columns: Callable[[Any], Sequence[Any]]
    filters: Callable[[Any], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class EncryptedColumn:
    """A text column of `core.secrets` tokens, or a JSON one that has them under some of its keys."""

    model: type[Model]
    column: str
    json_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bell:
    """What the top bar counts for its reader: `count(user)` is what is unread, asked on each page."""

    url_name: str  # the page of all of it
    part_url_name: str  # the bell alone, for a page that heard of news
    count: Callable[[Any], int]
    most: int  # from here on it says "99+"
    rings_for: Callable[[Any], bool] = bool  # whose top bar it hangs in


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF made from a record, to print or to send: registered under its key ("customer_sheet").

    `build(user, record_id, language)` gives the plain data of the template, of a record that `user` sees; it raises
    Http404 otherwise. `filename(data)` is a file's name without its ending. Runs in the worker. `build_many` is for a
    document that can be made of many chosen records; `build_part` for one of a part of a record, which stands behind
    the key ("statement:1-UAH:2026-09-01:2026-11-02") and is "" where none was named.
    """

    title: Any
    page: str  # the page whose records it is made of: "contact"
    template: Path  # a Typst file
    build: Callable[[Any, int, str], dict[str, Any]]
    filename: Callable[[dict[str, Any]], str]
    mail_template: str = ""  # the key of the mail template that goes with it
    build_many: Callable[[Any, Sequence[int], str], dict[str, Any]] | None = None
    build_part: Callable[[Any, int, str, str], dict[str, Any]] | None = None
    is_for_dealers: bool = False  # people of dealers may have it made too, of what they see


@dataclass(frozen=True, slots=True)
class SheetBlock:
    """What a part of the customer sheet says, in the active language: names with their lines, then rows under `head`.

    `note` stands below them: how fresh the figures are, or how many rows are left out.
    """

    facts: Sequence[tuple[Any, Sequence[str]]] = ()
    head: Sequence[Any] = ()
    rows: Sequence[Sequence[str]] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A part of the customer sheet, on its page and its papers.

    `read(user, entity, now)` is asked for an entity that `user` sees; None, or a block without facts and rows, where
    there is nothing or `user` may not read it. One that `is_in_house` isn't on the paper that goes to the customer.
    """

    title: Any
    read: Callable[[Any, Any, datetime], SheetBlock | None]
    is_in_house: bool = False


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """Records that notices are about, registered under their type ("crm.order").

    `visible(user)` are those that a user may be told of; `lines(user, notices)` gives (icon, headline, text, address)
    by a notice's id, in the active language, of records that the user sees. `answers_to(user)` is where an answer to a
    mail about them goes; "": nobody reads it.
    """

    visible: Callable[[Any], QuerySet[Any]]
    lines: Callable[[Any, Sequence[Any]], dict[int, tuple[str, str, str, str]]]
    answers_to: Callable[[Any], str] = lambda _user: ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Records that may be quiet members of a group ("crm.order"), whose entries of the history are posted there.

    `visible(user)` are those that a user sees, `find(user, text, limit)` gives (id, name, hint) of some of them by what
    was typed, `facts` are the verbs of the entries that are posted, with their titles.
    """

    title: Any
    icon: str
    visible: Callable[[Any], QuerySet[Any]]
    find: Callable[[Any, str, int], Sequence[tuple[int, str, str]]]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DigestPart:
    """What stands in a user's mail of a day beside notices. `due(now)` are the ids of those whose turn it is.

    `take(user, now)` gives (words, address) and counts as told: asked within the transaction that sends the mail,
    under the user's lock; nothing where it isn't their turn, or nothing has changed.
    """

    due: Callable[[datetime], Iterable[int]]
    take: Callable[[Any, datetime], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class FilingHint:
    """What is known of a mail that is being filed: its words, and the contexts of its thread's earlier mails."""

    subject: str
    text: str
    message_ids: Sequence[str]  # this one's and those it refers to


class ChoiceGone(Exception):
    """What was chosen isn't there any more, or means something else by now: in words for an administrator."""


@dataclass(frozen=True, slots=True)
class ContactChoice:
    """A way to name contacts for good, registered under the first word of its names ("view" of "view:7").

    `offered(user)` are (id, title) of what `user` may name. `chosen(user, id)` are its contacts as of now, those that
    `user` may export; it raises ChoiceGone rather than to give others than were meant.
    """

    title: Any
    offered: Callable[[Any], Sequence[tuple[str, str]]]
    chosen: Callable[[Any, str], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened once, for web analytics: `params` bear no personal data.

    `entity_id` is the contact it was about, who is never named; `worth` an amount with its currency (ISO 4217).
    """

    at: datetime
    params: Mapping[str, str | int | float | bool]
    entity_id: int | None = None
    worth: tuple[Decimal, str] | None = None


@dataclass(frozen=True, slots=True)
class AnalyticsFact:
    """A fact that web analytics may hear of, registered under the event's name there ("order_accepted").

    `read(facts)` makes of what `signal` bears what happened, within the transaction that makes it true.
    """

    title: Any
    signal: Signal
    read: Callable[[Mapping[str, Any]], Sequence[Occurrence]]


@dataclass(frozen=True, slots=True)
class WebhookAudience:
    """Whose endpoints hear events, registered under the first word of the audience ("dealer" of "dealer:7").

    `types` are the events there are, with their titles. `render(endpoint, event)` gives an event's data by the rights
    that the endpoint has now; None: it has nothing to hear. `tell(endpoint)` lets its owners know that it fails or was
    switched off, in the transaction that notes it.
    """

    types: Mapping[str, Any]
    render: Callable[[WebhookEndpoint, WebhookEvent], dict[str, Any] | None]
    tell: Callable[[WebhookEndpoint, datetime], None]


@dataclass(frozen=True, slots=True)
class StoodFor:
    """Whom somebody stands in for, with which contacts (their ids), and the first day on which they are back."""

    user_id: int
    contacts: QuerySet[Any, int]
    until: date


panels: Registry[Panel] = Registry()
menu: Registry[MenuItem] = Registry()
search: Registry[SearchProvider] = Registry()
merge: Registry[MergePart] = Registry()
# Channel prefix -> may this user listen to this channel ("operation:12")?
live: Registry[Callable[[Any, str], bool]] = Registry()
# Verb of a background operation -> what runs it; its answer is kept as the operation's result.
operation_runners: Registry[Callable[[Operation, Progress], dict[str, Any] | None]] = Registry()
undoers: Registry[Undoer] = Registry()
# Name of a transport -> opens its SMTP connection for a queued mail.
transports: Registry[Callable[[OutgoingMail], smtplib.SMTP]] = Registry()
# "contacts.link.password": where `core.secrets` tokens lie, for `manage.py rotate_secrets`.
encrypted_columns: Registry[EncryptedColumn] = Registry()
# Verb -> what a person reads on the operations page: "Contacts imported", lazily translated.
verbs: Registry[Any] = Registry()
# Key of an activity kind -> how it is called and drawn.
kinds: Registry[Kind] = Registry()
# Record type -> who may read what belongs to such a record in the history.
contexts: Registry[ActivityContext] = Registry()
record_actions: Registry[RecordAction] = Registry()
list_parts: Registry[ListPart] = Registry()
# Tables with a partition a month (see activities' migration 0009), which the maintenance makes ahead.
partitioned: Registry[MonthTable] = Registry()
bells: Registry[Bell] = Registry()
notice_records: Registry[NoticeRecord] = Registry()
subjects: Registry[Subject] = Registry()
digest_parts: Registry[DigestPart] = Registry()
documents: Registry[Document] = Registry()
sheet_parts: Registry[SheetPart] = Registry()
# Record type -> ids of its records that a mail belongs to ("crm.order" by a number in the subject).
filing: Registry[Callable[[FilingHint], list[int]]] = Registry()
# Transport -> told of those of its mails that were settled together, in the same transaction.
settled: Registry[Callable[[Sequence[OutgoingMail]], None]] = Registry()
# Where a mail to this address is written, for the reader of these preferences; "" where it is their own mail program.
composers: Registry[Callable[[Any, str], str]] = Registry()
# "Whose entries of the history are shown to this user?" An entity's id for people of a dealer, None for all others.
shown: Registry[Callable[[Any], int | None]] = Registry()
# What stands above every page of some requests: safe HTML, or "".
banners: Registry[Callable[[HttpRequest], str]] = Registry()
home_cards: Registry[HomeCard] = Registry()
# "Which roles has this user?" accounts answers.
roles: Registry[Callable[[Any], Collection[str]]] = Registry()
# Where a user who doesn't work in the house begins, instead of Home; "" for whom it doesn't concern.
homes: Registry[Callable[[Any], str]] = Registry()
# What stands beside the user of an id ("away until ..."): words, or "". Asked for each of a page, so without a query.
about_users: Registry[Callable[[int], str]] = Registry()
# "Whose work does this user do on that day?" Asked for each list of what is to be done, so hardly ever by a query.
stand_ins: Registry[Callable[[Any, date], Sequence[StoodFor]]] = Registry()
# "Does this user work in the house?" accounts answers; others see the frame of dealers.
staff: Registry[Callable[[Any], bool]] = Registry()

# Key of a report -> what it counts; its pages, files, drill-down and schedules are core's.
reports: Registry[Report] = Registry()
# Pages with figures of their own, which the index of reports leads to as well.
report_pages: Registry[ReportPage] = Registry()

webhook_audiences: Registry[WebhookAudience] = Registry()

contact_choices: Registry[ContactChoice] = Registry()
analytics_facts: Registry[AnalyticsFact] = Registry()


def words_about(user_id: int) -> str:
    """What any app says of a user, for beside their name."""
    return ", ".join(words for ask in about_users if (words := ask(user_id)))


def document_of(key: str) -> tuple[Document | None, str]:
    """The document that a key names, and the part of the record that stands behind it."""
    name, _sign, part = key.partition(":")
    found = documents.get(name)
    return (None, "") if found is None or (part and found.build_part is None) else (found, part)


def shown_entity(user: Any) -> int | None:
    """The entity whose shown entries `user` reads, and nothing else; None: the house's rights count."""
    return next((found for ask in shown if (found := ask(user)) is not None), None)


def home_of(user: Any) -> str:
    """The address at which `user` begins elsewhere than at Home; "" for everybody else."""
    return next((address for home in homes if (address := home(user))), "")


def roles_of(user: Any) -> set[str]:
    """The names of the user's roles, as any app knows them."""
    return {role for ask in roles for role in ask(user)}


def works_in_house(user: Any) -> bool:
    """Whether any app takes `user` for staff."""
    return any(is_staff(user) for is_staff in staff)
