"""The customer sheet: a contact with its places, numbers, ties and own fields, open tasks and what happened last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import Http404
from django.utils.timezone import localdate, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.activities.models import Activity, Task
from apps.activities.selectors.kinds import kinds_named
from apps.contacts.models import Category, Entity, Unit
from apps.contacts.selectors.contact_page import ContactPage, CustomValue, Tie, contact_page, ties_of
from apps.contacts.templatetags.contacts import address_parts
from apps.core import clock
from apps.core.contributions import SheetBlock, sheet_parts
from apps.messaging.services.contexts.values import international
from apps.messaging.services.liquid.filters import shown
from apps.messaging.services.papers.frame import fact, facts, file_name, frame

if TYPE_CHECKING:
    from apps.accounts.models import User

_LAST = 20
_OPEN = 30
_LONGEST_TEXT = 600


def build(user: User, record_id: int, language: str) -> dict[str, Any]:
    """What `customer_sheet.typ` needs for the paper that may go to the customer, as far as `user` sees it.

    In the active language. Raises Http404.
    """
    return _paper(user, record_id, in_house=False)


def build_in_house(user: User, record_id: int, language: str) -> dict[str, Any]:
    """The same with the parts that stay in the house. Raises Http404."""
    return _paper(user, record_id, in_house=True)


def _paper(user: User, record_id: int, *, in_house: bool) -> dict[str, Any]:
    entity = Entity.objects.visible_to(user).live().select_related("folder").filter(pk=record_id).first()
    if entity is None:
        raise Http404
    now = clock.now()
    return {
        **frame(entity.display_name, today=localdate(now), subtitle=subtitle_of(entity)),
        **head_of(user, entity),
        "badges": badges_of(entity),
        "parts": parts_of(user, entity, in_house=in_house, now=now),
        "happenings": happenings_of(user, entity, now=now),
    }


def head_of(user: User, entity: Entity) -> dict[str, Any]:
    """What is known of the contact itself, for the page and the papers."""
    page = contact_page(entity, user=user)
    return {
        "sections": [each for each in _sections(entity, page) if each["facts"]],
        "units": [_unit(each, page.unit_values.get(each.pk, [])) for each in page.units],
    }


def badges_of(entity: Entity) -> list[str]:
    """Its categories; restricted ones stay on the contact's own page."""
    found = Category.objects.filter(entities=entity, is_restricted=False).order_by("name")
    return list(found.values_list("name", flat=True))


def happenings_of(user: User, entity: Entity, *, now: datetime) -> list[dict[str, Any]]:
    """A sheet is handed on: of the history it has only what everybody may read who sees the contact."""
    return [
        {"title": _("Open tasks"), "entries": _tasks(entity, user)},
        {"title": _("What happened last"), "entries": _history(entity, user, now)},
    ]


def name_of(data: dict[str, Any]) -> str:
    return file_name(_("Customer sheet"), data["title"])


def parts_of(user: User, entity: Entity, *, in_house: bool, now: datetime) -> list[dict[str, Any]]:
    """What the apps add of this contact; parts that say nothing are left out."""
    found = []
    for part in sheet_parts:
        block = part.read(user, entity, now) if in_house or not part.is_in_house else None
        if block is None:
            continue
        known = facts(*(fact(label, lines) for label, lines in block.facts))
        if known or block.rows:
            head, rows = [str(each) for each in block.head], [list(row) for row in block.rows]
            found.append({"title": str(part.title), "facts": known, "head": head, "rows": rows, "note": block.note})
    return found


def subtitle_of(entity: Entity) -> str:
    if entity.is_organisation:
        return entity.legal_name if entity.legal_name != entity.name else entity.industry
    return ", ".join(filter(None, [entity.job_title, entity.organisation]))


def _sections(entity: Entity, page: ContactPage) -> Iterable[dict[str, Any]]:
    about = facts(
        fact(_("Legal name"), entity.legal_name),
        fact(_("Registration number"), entity.registration_number),
        fact(_("VAT number"), entity.vat_number),
        fact(_("Industry"), entity.industry),
        fact(_("Nickname"), entity.nickname),
        fact(_("Birthday"), _partial(entity.birthday)),
        fact(_("Anniversary"), _partial(entity.anniversary)),
    )
    yield {"title": _("About"), "facts": about}
    by_section: dict[str, list[CustomValue]] = {}
    for value in page.custom:
        by_section.setdefault(value.section, []).append(value)
    for title, values in by_section.items():
        yield {"title": title or _("Further facts"), "facts": facts(*(fact(each.label, each.text) for each in values))}


def relationships(user: User, entity: Entity, now: datetime) -> SheetBlock:
    """People of an organisation, and who else it has to do with."""
    return SheetBlock(facts=[_tie(tie) for tie in ties_of(entity, user=user, today=localdate(now))])


def _tie(tie: Tie) -> tuple[str, list[str]]:
    job = ", ".join(filter(None, [tie.mine.job_title, tie.mine.department]))
    lines = [each.name + (f" ({each.role})" if each.role else "") for each in tie.others]
    if lines and job:
        lines[0] = f"{lines[0]}: {job}"
    if not tie.is_current:
        lines.append(_("no longer"))
    return str(tie.reading), lines


def _unit(unit: Unit, values: list[CustomValue]) -> dict[str, Any]:
    phones = [_labelled(international(each.e164 or each.raw), each.extension, each.label) for each in unit.phones.all()]
    rows = facts(
        fact(_("Phones"), phones),
        fact(_("E-mail"), [_labelled(each.address, "", each.label) for each in unit.emails.all()]),
        fact(_("Links"), [_labelled(each.url, "", each.label) for each in unit.links.all()]),
        *(fact(each.label, each.text) for each in values),
    )
    return {"title": unit.name or unit.get_kind_display(), "address": address_parts(unit), "facts": rows}


def _labelled(value: str, extension: str, label: str) -> str:
    whole = f"{value} #{extension}" if extension else value
    return f"{whole} ({label})" if label else whole


def _partial(text: str) -> str:
    """A whole day in words; "--04-12" or "1985" as it stands."""
    try:
        return shown(date.fromisoformat(text), _language())
    except ValueError:
        return text.lstrip("-")


def _tasks(entity: Entity, user: User) -> list[dict[str, str]]:
    found = (
        Task.objects.visible_to(user)
        .open()
        .filter(activity__participants__entity=entity, activity__visibility=Activity.Visibility.PUBLIC)
    )
    tasks = found.select_related("activity").distinct().order_by("due_on", "pk")[:_OPEN]
    return [
        {
            "when": shown(task.due_on, _language()) if task.due_on else "",
            "kind": "",
            "subject": task.activity.subject,
            "text": _cut(task.activity.snippet),
        }
        for task in tasks
    ]


def _history(entity: Entity, user: User, now: datetime) -> list[dict[str, str]]:
    seen = Activity.objects.visible_to(user).live()
    handed_on = seen.filter(participants__entity=entity, occurred_at__lte=now, visibility=Activity.Visibility.PUBLIC)
    handed_on = handed_on.exclude(Q(kind="task") | Q(category__is_restricted=True))
    entries = list(handed_on.order_by("-participants__occurred_at", "-pk")[:_LAST])
    names = kinds_named({each.kind for each in entries})
    return [
        {
            "when": shown(localtime(each.occurred_at), _language()),
            "kind": str(names[each.kind].title) if each.kind in names else "",
            "subject": each.subject,
            "text": _cut(each.snippet),
        }
        for each in entries
        if each.subject or each.snippet
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]} …"


def _language() -> str:
    return get_language() or "en"
