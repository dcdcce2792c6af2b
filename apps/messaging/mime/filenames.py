"""Names of attachments that are safe to show and to save by."""

from __future__ import annotations

import re
import unicodedata
from email.utils import collapse_rfc2231_value

from .charsets import decode_text
from .tree import Part
from .words import collapse, decode_words

LIMIT = 200
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]')
_DEVICES = re.compile(r"\A(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)


def filename_of(part: Part) -> str:
    """The name its disposition or type gives, made safe; "" where there is none."""
    return safe_filename(_raw_name(part))


def safe_filename(name: str) -> str:
    """`name` without path, control, direction and device characters, at most 200 long, keeping its ending."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    name = re.split(r"[/\\]", collapse(name).rstrip("/\\"))[-1]
    name = collapse(_FORBIDDEN.sub("", name)).strip(". ") if name.strip(". ") else ""
    if _DEVICES.match(name):
        name = "_" + name
    if len(name) > LIMIT:
        stem, dot, ending = name.rpartition(".")
        name = stem[: LIMIT - len(ending) - 1] + dot + ending if dot and len(ending) < 20 else name[:LIMIT]
    return name


def _raw_name(part: Part) -> str:
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name"),
                              ("content-disposition", "name"), ("content-type", "filename")):  # fmt: skip
        if parameter not in part.header(header).lower():
            continue  # most have none; to take the field to pieces costs as much as all the rest
        name = _parameter(part, header, parameter)
        if name:
            return name
    return ""


def _parameter(part: Part, header: str, parameter: str) -> str:
    try:
        value = part.get_param(parameter, header=header)
    except (AttributeError, LookupError, TypeError, ValueError):  # the standard package trips over mixed RFC 2231 parts
        return ""
    if isinstance(value, tuple):
        charset, _, text = value
        return decode_text(text.encode("latin-1", "replace"), charset or "utf-8")[0]
    return decode_words(collapse_rfc2231_value(value)) if isinstance(value, str) else ""
