"""What a column can be mapped to: the small language of targets, and the column names of our own CSV.

first_name                   a field of the contact
organisation, job_title      its first job (more: organisation#2)
email[work], phone[mobile]   one more address or number of that kind
email#2, email#2.label       number and label of the second one, in columns that belong together
address[home], address[home].city
attributes.KEY               a custom field
raw, ignore                  kept as other data, left out
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _

from . import shape
from .records import PHONE_KINDS, Email, Job, Phone, UnitRecord, Url

IGNORE = "ignore"
RAW = "raw"
JOB_FIELDS = {"organisation": "organisation", "department": "departments", "job_title": "title", "role": "role"}
ADDRESS_PARTS = ("street", "house_number", "street2", "po_box", "postcode", "city", "region", "country", "label")
DATE_PARTS = ("year", "month", "day")
_TAGS = ("home", "work", "other")

OWN_MARK = "Rapport UID"
GROUPS: dict[str, type] = {"email": Email, "phone": Phone, "url": Url, "unit": UnitRecord, "job": Job}
_VALUE_PART = {"email": "address", "phone": "raw", "url": "url"}
_GROUP_TITLES = {"email": "E-mail", "phone": "Phone", "url": "Link", "unit": "Unit", "job": "Job"}
_OWN_GROUP = re.compile(r"(E-mail|Phone|Link|Unit|Job) (\d{1,4})(?: - (.+))?\Z")
_OWN_CUSTOM = "Custom: "
_TARGET = re.compile(
    r"(?P<family>[a-z_]+)(?:\[(?P<tag>[a-z_]+)\])?(?:#(?P<number>\d{1,4}))?(?:\.(?P<part>[a-z0-9_.]+))?\Z"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A target taken apart: `address[home]#2.city`."""

    family: str
    tag: str = ""
    number: int = 0
    part: str = ""


def parse_target(text: str) -> Target | None:
    """The target that `text` names, or None where it names none."""
    if text.startswith("attributes.") and len(text) > len("attributes."):
        return Target("attributes", part=text[len("attributes.") :])
    found = _TARGET.match(text)
    if found is None:
        return None
    target = Target(found["family"], found["tag"] or "", int(found["number"] or 0), found["part"] or "")
    return target if _is_known(target) else None


def _is_known(target: Target) -> bool:
    family, part = target.family, target.part
    if family in GROUPS:
        return part in group_columns(family) or (family == "unit" and part == "attributes") or part == "unit"
    if family == "address":
        return not part or part in ADDRESS_PARTS
    if family in JOB_FIELDS:
        return not part and not target.tag
    if target.tag or target.number:
        return False
    if family in ("birthday", "anniversary"):
        return not part or part in DATE_PARTS
    if family == "photo":
        return part in ("", "type", "url")
    return not part and (family in SCALARS or family in (IGNORE, RAW, "raw_json", "ties_json"))


@cache
def group_columns(family: str) -> Mapping[str, shape.Column]:
    """The columns of a numbered group by part; the part of the value itself is empty. The number is the position."""
    value = _VALUE_PART.get(family, "")
    columns = shape.by_path(GROUPS[family])
    return {"" if path == value else path: column for path, column in columns.items() if path != "position"}


SCALARS: Mapping[str, shape.Column] = {column.path: column for column in shape.CARD_COLUMNS}
_OWN_SCALARS = {
    (OWN_MARK if path == "uid" else path.replace("_", " ").capitalize()): path for path in SCALARS if path != "name"
} | {
    "Organisation name": "name",
    "Photo": "photo",
    "Photo type": "photo.type",
    "Photo address": "photo.url",
    "Relationships": "ties_json",
    "Other data": "raw_json",
}
OWN_TITLES: Mapping[str, str] = {target: title for title, target in _OWN_SCALARS.items()}


def own_title(target: Target) -> str:
    """The name of the column of our own CSV that holds a numbered group's part or a custom field."""
    if target.family == "attributes":
        return _OWN_CUSTOM + target.part
    title = f"{_GROUP_TITLES[target.family]} {target.number}"
    return f"{title} - {_part_title(target.part)}" if target.part else title


def _part_title(part: str) -> str:
    return part.replace(".", " ").replace("_", " ").capitalize()


@cache
def _parts_by_title(family: str) -> Mapping[str, str]:
    return {_part_title(part): part for part in (*group_columns(family), "unit") if part}


def own_target(title: str) -> str:
    """The target of a column named as our own CSV names it, else an empty text."""
    if title in _OWN_SCALARS:
        return _OWN_SCALARS[title]
    if title.startswith(_OWN_CUSTOM):
        return "attributes." + title[len(_OWN_CUSTOM) :]
    if not (found := _OWN_GROUP.match(title)):
        return ""
    family = next(key for key, name in _GROUP_TITLES.items() if name == found[1])
    part = _parts_by_title(family).get(found[3], "") if found[3] else ""
    if (found[3] and not part) or (not part and family not in _VALUE_PART):
        return ""
    return f"{family}#{int(found[2])}" + (f".{part}" if part else "")


def choices(custom_fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every target a person may pick, as (target, title in the reader's language), in the order to offer them."""
    offered = [*_titles()]
    offered += [f"email[{tag}]" for tag in _TAGS] + ["email"]
    offered += [f"phone[{kind}]" for kind in PHONE_KINDS] + ["phone"]
    offered += ["url", "url[home]", "url[work]"]
    for tag in _TAGS:
        offered += [f"address[{tag}]", *(f"address[{tag}].{part}" for part in ADDRESS_PARTS if part != "label")]
    offered += [f"attributes.{key}" for key in custom_fields]
    return [(target, title_of(target, custom_fields)) for target in [*offered, RAW, IGNORE]]


def title_of(target: str, custom_fields: Mapping[str, str] | None = None) -> str:
    """What a person reads for a target, in his language; a target that isn't one is given back."""
    titles = _titles()
    if target in titles:
        return titles[target]
    if target in (RAW, IGNORE):
        return _("Keep as other data") if target == RAW else _("Leave out")
    found = parse_target(target)
    if found is None:
        return target
    if found.family == "attributes":
        return (custom_fields or {}).get(found.part, found.part)
    words = [_families().get(found.family, titles.get(found.family, found.family))]
    if found.tag:
        words[0] += f" ({_tags().get(found.tag, found.tag.replace('_', ' '))})"
    if found.number:
        words[0] += f" {found.number}"
    if found.part:
        words.append(_parts().get(found.part, _part_title(found.part).lower()))
    return ": ".join(words)


def _titles() -> dict[str, str]:
    return {
        "full_name": _("Full name"), "prefix": _("Prefix"), "first_name": _("First name"),
        "middle_name": _("Middle name"), "last_name": _("Last name"), "suffix": _("Suffix"),
        "nickname": _("Nickname"), "organisation": _("Organisation"), "job_title": _("Job title"),
        "department": _("Department"), "role": _("Role"), "birthday": _("Birthday"),
        "anniversary": _("Anniversary"), "notes": _("Notes"), "categories": _("Categories"),
        "folder": _("Folder"), "language": _("Language"), "time_zone": _("Time zone"), "photo": _("Photo"),
        "kind": _("Kind (person or organisation)"), "name": _("Organisation's name"),
        "legal_name": _("Legal name"), "registration_number": _("Registration number"),
        "vat_number": _("VAT number"), "industry": _("Industry"), "organisation_type": _("Organisation type"),
        "owner_email": _("Owner's e-mail"), "public_key": _("Public key"), "uid": _("Unique ID"),
    }  # fmt: skip


def _families() -> dict[str, str]:
    return {
        "email": _("E-mail"), "phone": _("Phone"), "url": _("Website"), "address": _("Address"),
        "unit": _("Unit"), "job": _("Job"), "ties_json": _("Relationships"), "raw_json": _("Other data"),
    }  # fmt: skip


def _tags() -> dict[str, str]:
    return {
        "home": _("home"), "work": _("work"), "other": _("other"), "mobile": _("mobile"), "fax": _("fax"),
        "work_fax": _("work fax"), "home_fax": _("home fax"), "pager": _("pager"), "main": _("main"),
    }  # fmt: skip


def _parts() -> dict[str, str]:
    return {
        "street": _("street"), "house_number": _("house number"), "street2": _("second line"),
        "po_box": _("PO box"), "postcode": _("postcode"), "city": _("city"), "region": _("region"),
        "country": _("country"), "label": _("label"), "kind": _("kind"), "is_primary": _("primary"),
        "year": _("year"), "month": _("month"), "day": _("day"),
    }  # fmt: skip
