"""ORG, TITLE and ROLE of a card, which belong together without saying so."""

from __future__ import annotations

from dataclasses import dataclass

from apps.contacts.formats.records import Job
from apps.contacts.formats.vcard.lines import Head
from apps.contacts.formats.vcard.places import day_of, extras, text_of
from apps.contacts.formats.vcard.values import components, one_line, unescape


@dataclass(slots=True)
class Part:
    """One ORG, TITLE or ROLE, waiting for the others of its job."""

    head: Head
    value: str

    @property
    def number(self) -> object:
        """Which job our own export says it belongs to."""
        return extras(self.head).get("job")


_Slot = list[Part | None]  # organisation, title, role


def pair_jobs(orgs: list[Part], titles: list[Part], roles: list[Part]) -> list[Job]:
    """Parts of one number or group are one job; else the first goes with the first, and so on."""
    slots: list[_Slot] = [[part, None, None] for part in orgs]
    for column, parts in ((1, titles), (2, roles)):
        waiting = []
        for part in parts:
            slot = next((slot for slot in slots if slot[column] is None and _is_same_job(slot, part)), None)
            if slot is None:
                waiting.append(part)
            else:
                slot[column] = part
        for part in waiting:
            slot = next((slot for slot in slots if slot[column] is None and _is_free(slot, part)), None)
            if slot is None:
                slot = [None, None, None]
                slots.append(slot)
            slot[column] = part
    slots.sort(key=_number_of)
    jobs = [(_job(slot), min(part.head.pref or 1000 for part in slot if part)) for slot in slots]
    jobs = [(job, pref) for job, pref in jobs if job.organisation or job.departments or job.title or job.role]
    primary = min(range(len(jobs)), key=lambda place: jobs[place][1], default=0)
    for place, (job, _) in enumerate(jobs):
        job.is_primary = place == primary
    return [job for job, _ in jobs]


def _is_same_job(slot: _Slot, part: Part) -> bool:
    number, group = part.number, part.head.group
    if number is not None:
        return any(other is not None and other.number == number for other in slot)
    return bool(group) and any(other is not None and other.head.group == group for other in slot)


def _is_free(slot: _Slot, part: Part) -> bool:
    """Numbered parts join nobody else."""
    return part.number is None and all(other is None or other.number is None for other in slot)


def _number_of(slot: _Slot) -> int:
    number = next((number for part in slot if part and isinstance(number := part.number, int)), 0)
    return min(max(number, 0), 1_000_000)


def _job(slot: _Slot) -> Job:
    org, title, role = slot
    job = Job()
    if org is not None:
        name, *departments = [one_line(part) for part in components(org.value)]
        job.organisation, job.departments = name, [part for part in departments if part]
    job.title = one_line(unescape(title.value)) if title else ""
    job.role = one_line(unescape(role.value)) if role else ""
    data = next((data for part in slot if part and (data := extras(part.head))), {})
    job.organisation_uid = text_of(data, "organisation_uid")
    job.valid_from, job.valid_to = day_of(data, "valid_from"), day_of(data, "valid_to")
    return job
