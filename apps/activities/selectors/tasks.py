"""Tasks as people look for them: what is to be done by whom, in the order of days, or by state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from apps.accounts.selectors import teammates_of
from apps.activities.models import Task, TaskAssignee, TaskQuerySet
from apps.activities.models.stand_ins import stood_in_tasks
from apps.activities.permissions import changeable_task_ids
from apps.activities.selectors.timelines import dress

if TYPE_CHECKING:
    from apps.accounts.models import User

WHOSE = ("mine", "given", "team", "all")
PAGE = 50
DONE_SHOWN = timedelta(days=30)
CARDS = 25  # in one column of the board
COLUMNS = (Task.State.OPEN, Task.State.IN_PROGRESS, Task.State.WAITING, Task.State.DONE)


@dataclass(slots=True)
class Group:
    """Tasks under one heading; `title` is "" where the page before had it already. See `prepare` for what they bear."""

    key: str
    title: str
    tasks: list[Task] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TodoPage:
    """`after` is the key of the next page, "" at the end."""

    groups: list[Group]
    after: str


@dataclass(frozen=True, slots=True)
class BoardColumn:
    state: str
    title: str
    tasks: list[Task]
    has_more: bool


def scope(user: User, whose: str, *, today: date) -> TaskQuerySet:
    """Whose tasks: "mine", "given" by me to others, my "team"s or "all" that `user` sees."""
    seen = Task.objects.visible_to(user)
    match whose:
        case "mine":
            return seen.of_user(user, on=today)
        case "given":
            return seen.given_by(user)
        case "team":
            return seen.assigned_to(teammates_of(user, on=today))
        case _:
            return seen


def todo(user: User, whose: str, *, today: date, after: str = "") -> TodoPage:
    """Open tasks by the day on which they are to be seen, page by page; an `after` that makes no sense begins anew."""
    is_mine = whose == "mine"
    found = scope(user, whose, today=today).open()
    if is_mine:
        found = found.at_hand_of(user, on=today)
    return todo_of(found, user=user, today=today, after=after, mine=is_mine)


def todo_of(found: TaskQuerySet, *, user: User, today: date, after: str = "", mine: bool = False) -> TodoPage:
    """Those of `found`, all of them open and seen by `user`; `mine`: they have all in hand."""
    key = _read_key(after)
    if key is not None:
        found = found.filter(_behind(*key))
    rows = list(found.select_related("activity", "activity__actor").in_order()[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    rows = rows[:PAGE]
    prepare(rows, user=user, today=today, in_hand=mine)
    groups: list[Group] = []
    told = _group_of(key[0], today) if key is not None else ""
    for task in rows:
        group = _group_of(task.shown_on, today)
        if not groups or groups[-1].key != group:
            groups.append(Group(group, "" if group == told else _title(group)))
        groups[-1].tasks.append(task)
    return TodoPage(groups, _key(last) if last else "")


def board(user: User, whose: str, *, today: date) -> list[BoardColumn]:
    """The columns of the board, each with its first cards; what was done is there for a month."""
    found = scope(user, whose, today=today)
    return board_of(
        found, user=user, today=today, at_hand=found.at_hand_of(user, on=today) if whose == "mine" else None
    )


def board_of(found: TaskQuerySet, *, user: User, today: date, at_hand: TaskQuerySet | None = None) -> list[BoardColumn]:
    """The board of whatever `user` sees of tasks; `at_hand` are those that its open columns show, if not all."""
    since = datetime.combine(today - DONE_SHOWN, time.min, UTC)
    rows: list[list[Task]] = []
    for state in COLUMNS:
        is_done = state == Task.State.DONE
        column = (found if is_done or at_hand is None else at_hand).filter(state=state)
        column = column.select_related("activity", "activity__actor").order_by("position", "pk")
        if is_done:
            column = column.filter(completed_at__gte=since).order_by("-completed_at", "-pk")
        rows.append(list(column[: CARDS + 1]))
    prepare([task for column in rows for task in column[:CARDS]], user=user, today=today)
    return [
        BoardColumn(state, str(state.label), column[:CARDS], len(column) > CARDS)
        for state, column in zip(COLUMNS, rows, strict=True)
    ]


def prepare(tasks: Sequence[Task], *, user: User, today: date, in_hand: bool = False) -> None:
    """Let each task bear `may_change`, `is_late`, and its entry what `timelines.dress` gives it.

    One that `user` has only while they stand in for somebody `is_stood_in`.

    `in_hand` says that `user` has all of them in hand, and so may change them: nothing is asked about that.
    """
    dress([task.activity for task in tasks], user=user)
    allowed = {task.pk for task in tasks}
    if tasks and not in_hand:
        allowed = changeable_task_ids(user, allowed, on=today)
    stood_in = stood_in_tasks(user, on=today) if tasks else None
    others = set(stood_in.filter(task__in=[task.pk for task in tasks])) if stood_in is not None else set()
    for task in tasks:
        shown: Any = task
        shown.is_stood_in = task.pk in others
        shown.may_change = task.pk in allowed
        shown.is_late = not task.is_over and task.due_on is not None and task.due_on < today


@dataclass(frozen=True, slots=True)
class HomeTasks:
    tasks: list[Task]
    rest: int  # that many more


def due_now(user: User, *, today: date, limit: int = 6) -> HomeTasks:
    """What `user` has to do today, and should have done before."""
    return _few(_at_hand(user, today).filter(shown_on__lte=today), user, today, limit)


def waiting_for(user: User, *, today: date, limit: int = 6) -> HomeTasks:
    """What others have given to `user`, who has not begun with it."""
    given = TaskAssignee.objects.filter(user=user, is_over=False, assigned_by__isnull=False).exclude(assigned_by=user)
    return _few(_at_hand(user, today).filter(state=Task.State.OPEN, pk__in=given.values("task")), user, today, limit)


def _at_hand(user: User, today: date) -> TaskQuerySet:
    return Task.objects.visible_to(user).at_hand_of(user, on=today).exclude(snoozed_until__gt=today)


def _few(found: TaskQuerySet, user: User, today: date, limit: int) -> HomeTasks:
    tasks = list(found.select_related("activity", "activity__actor").in_order()[: limit + 1])
    count = found.aggregate(count=Count("pk"))["count"] if len(tasks) > limit else len(tasks)
    tasks = tasks[:limit]
    prepare(tasks, user=user, today=today, in_hand=True)
    return HomeTasks(tasks, count - len(tasks))


def steps_of(task: Task, found: TaskQuerySet) -> tuple[str, str]:
    """Where a step up and a step down among `found` bring a card: "state:above:below", "" where there is none."""
    column = found.filter(state=task.state).exclude(pk=task.pk)
    before = Q(position__lt=task.position) | Q(position=task.position, pk__lt=task.pk)
    above = list(column.filter(before).order_by("-position", "-pk").values_list("pk", flat=True)[:2])
    below = list(column.exclude(before).order_by("position", "pk").values_list("pk", flat=True)[:2])
    up = f"{task.state}:{above[1] if len(above) > 1 else ''}:{above[0]}" if above else ""
    down = f"{task.state}:{below[0]}:{below[1] if len(below) > 1 else ''}" if below else ""
    return up, down


def places_of(task: Task, found: TaskQuerySet) -> list[tuple[str, str, str]]:
    """(place, title, icon) of wherever a card may go among `found` without being dragged."""
    up, down = steps_of(task, found)
    places = [(up, _("Up"), "arrow-up"), (down, _("Down"), "arrow-down")] if task.state in Task.OPEN else []
    places += [(str(state), str(state.label), "arrow-right") for state in COLUMNS if state != task.state]
    return [place for place in places if place[0]]


def read_place(text: str) -> tuple[str, int | None, int | None]:
    """ "state:above:below", the ids of its neighbours on the board, or "state" alone."""
    state, above, below = ([*text.split(":"), "", ""])[:3]
    return state, _id(above), _id(below)


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _group_of(day: date | None, today: date) -> str:
    if day is None:
        return "undated"
    if day == today:
        return "today"
    return "overdue" if day < today else "coming"


def _title(group: str) -> str:
    return {"overdue": _("Overdue"), "today": _("Today"), "coming": _("Coming"), "undated": _("Without a day")}[group]


def _key(task: Task) -> str:
    return f"{task.shown_on.isoformat() if task.shown_on else ''}_{task.priority}_{task.pk}"


def _read_key(after: str) -> tuple[date | None, int, int] | None:
    day, _sign, rest = after.partition("_")
    priority, _sign, pk = rest.partition("_")
    if not (priority in ("1", "2", "3") and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        return date.fromisoformat(day) if day else None, int(priority), int(pk)
    except ValueError:
        return None


def _behind(day: date | None, priority: int, pk: int) -> Q:
    later = Q(priority__gt=priority) | Q(priority=priority, pk__gt=pk)
    if day is None:
        return Q(shown_on__isnull=True) & later
    return Q(shown_on__gt=day) | (Q(shown_on=day) & later) | Q(shown_on__isnull=True)
