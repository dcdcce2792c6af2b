"""Mail templates in Liquid: words of users over plain dictionaries, which reach nothing but what they are given.

`render` fills a version; what is not known is a visible gap ("⟦contact.city⟧") that no mail leaves with. `check`
tells an author what is wrong, by line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from apps.messaging.services.liquid import GAP_BEGINS, Gaps, TemplateProblem, fill, names
from apps.messaging.services.liquid.markup import clean_body, for_liquid
from apps.messaging.services.liquid.values import plain
from apps.messaging.services.template_contexts import SHARED, Variable, template_contexts

__all__ = ["Rendered", "TemplateProblem", "Variable", "check", "clean_body", "has_gap", "render", "variables_for"]

SUBJECT_LENGTH = 300
_BREAKS = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")


class Words(Protocol):
    """A version of a template, or what is about to become one."""

    @property
    def subject(self) -> str: ...

    @property
    def body(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str  # one line
    body_html: str  # safe HTML
    missing: list[str]  # paths that were printed and not known, each once; each is a gap in the words


def render(version: Words, context: Mapping[str, Any], *, language: str) -> Rendered:
    """Fill a version with `context` (see `template_context.context_of`), dates and amounts in `language`.

    Raises TemplateProblem for what can't be read, or would take too long; TypeError for no plain values.
    """
    known, gaps = plain(context), Gaps()
    subject = fill(version.subject, known, language=language, gaps=gaps, part="subject")
    body = fill(for_liquid(version.body), known, language=language, gaps=gaps, part="body")
    return Rendered(_BREAKS.sub(" ", subject).strip()[:SUBJECT_LENGTH], clean_body(body), gaps.found)


def has_gap(text: str) -> bool:
    """Whether something not known is still marked in a subject or body: such a mail isn't sent."""
    return GAP_BEGINS in text


def variables_for(context_type: str) -> list[Variable]:
    """What a template for records of this type may name: its own, then the sender's and the house's."""
    found = [template_contexts.get(key) for key in dict.fromkeys((context_type, SHARED))]
    return [variable for context in found if context for variable in context.variables]


def check(version: Words) -> list[TemplateProblem]:
    """What an author has to mend: what can't be read, and names that no record has. By part, then by line.

    Names of records that aren't ours ("payroll.month") are let be: they come with a call of another module.
    """
    found: list[TemplateProblem] = []
    for part, source in (("subject", version.subject), ("body", version.body)):
        try:
            found += _unknown(for_liquid(source) if part == "body" else source, part)
        except TemplateProblem as problem:
            found.append(problem)
    return sorted(found, key=lambda each: (each.part != "subject", each.line))


def _unknown(source: str, part: str) -> list[TemplateProblem]:
    known = {variable.path for context in template_contexts for variable in context.variables}
    roots = {path.split(".")[0] for path in known}
    return [
        TemplateProblem(part, line, _("There is no “%(name)s”.") % {"name": path})
        for path, line in names(source, part)
        if path.split(".")[0] in roots and not _is_known(path, known)
    ]


def _is_known(path: str, known: set[str]) -> bool:
    """A variable itself, the record above it ("contact"), or a part of what it holds ("order.lines.size")."""
    return any(path == each or each.startswith(f"{path}.") or path.startswith(f"{each}.") for each in known)
