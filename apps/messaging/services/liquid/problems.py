"""What is wrong in a template, in words for its author."""

from __future__ import annotations

import re

import structlog
from django.utils.translation import gettext as _
from liquid.exceptions import LiquidError, LiquidSyntaxError, ResourceLimitError, UnknownFilterError

log = structlog.get_logger(__name__)

# Around what isn't known; no keyboard has them, so a mail that shows one came from a template.
GAP_BEGINS, GAP_ENDS = "\u27e6", "\u27e7"

_LONGEST_PIECE = 60
_UNKNOWN_TAG = re.compile(r"(?:unexpected|unknown) tag '(\w+)'")
_MISSING_END = re.compile(r"expected (?:tag )?'?(end\w+)'?")
_UNKNOWN_FILTER = re.compile(r"unknown filter '(\w+)'")


class TemplateProblem(Exception):
    """A template that can't be read or filled: where, and what is wrong. `part` is "subject" or "body"."""

    def __init__(self, part: str, line: int, words: str) -> None:
        self.part, self.line, self.words = part, line, words
        super().__init__(_("Line %(line)s: %(words)s") % {"line": line, "words": words})


def told(error: Exception, part: str, source: str, index: int) -> TemplateProblem:
    """What the library says, for people; anything that it trips over is a mistake of the template."""
    if not isinstance(error, LiquidError):
        # The author learns that it can't be read; we, that it may be a mistake of ours.
        log.warning("template.unreadable", part=part, exc_info=error)
        return TemplateProblem(part, 1, _("This can't be read."))
    line = source.count("\n", 0, index) + 1 if index >= 0 else 1
    return TemplateProblem(part, line, _words(error, source, index))


def strange_filter(name: str) -> str:
    return _("There is no “%(name)s” after the bar.") % {"name": name}


def _words(error: LiquidError, source: str, index: int) -> str:
    said = str(error.message or "")
    if isinstance(error, ResourceLimitError):
        return _("This would become too long: too many rounds, or too much text.")
    if isinstance(error, UnknownFilterError) and (name := _UNKNOWN_FILTER.search(said)):
        return strange_filter(name[1])
    if isinstance(error, LiquidSyntaxError):
        if name := _UNKNOWN_TAG.search(said):
            return _("“%(name)s” is not known, or not in this place.") % {"name": name[1]}
        if name := _MISSING_END.search(said):
            return _("“%(name)s” is missing.") % {"name": name[1]}
    piece = source[index : index + _LONGEST_PIECE].split("\n")[0].strip() if index >= 0 else ""
    return _("This can't be read: %(piece)s") % {"piece": piece} if piece else _("This can't be read.")
