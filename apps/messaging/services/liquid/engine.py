"""The sandbox: an environment with few tags and filters, and a context that counts rounds and remembers gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from liquid import BoundTemplate, Environment, RenderContext, Token
from liquid.builtin import (
    assign_tag,
    case_tag,
    comment_tag,
    content,
    for_tag,
    if_tag,
    illegal,
    output,
    unless_tag,
)
from liquid.exceptions import LoopIterationLimitError
from liquid.output import LimitedStringIO
from liquid.undefined import UNDEFINED, Undefined, is_undefined
from liquid.utils import ReadOnlyChainMap

from apps.messaging.services.liquid.filters import FILTERS
from apps.messaging.services.liquid.places import place_of, token_of
from apps.messaging.services.liquid.problems import GAP_BEGINS, GAP_ENDS, TemplateProblem, strange_filter, told
from apps.messaging.services.liquid.scanning import pieces

_MOST_OUTPUT = 500_000
_MOST_ROUNDS = 10_000
# Rounds of all loops by the length of the source: about a second of work.
_MOST_WORK = 10_000_000
_TAGS = (
    content.Literal,
    output.Output,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    for_tag.ForTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    assign_tag.AssignTag,
    comment_tag.CommentTag,
)


@dataclass(slots=True)
class Gaps:
    """What was printed and is not known, each once."""

    found: list[str] = field(default_factory=list)

    def mark(self, path: str) -> str:
        if path not in self.found:
            self.found.append(path)
        return f"{GAP_BEGINS}{path}{GAP_ENDS}"


class _Gap(Undefined):
    """Falsy, empty and equal to nothing known; printed it shows its name."""

    __slots__ = ("gaps",)

    def __init__(self, path: str, gaps: Gaps, token: Token | None) -> None:
        super().__init__(path, token=token)
        self.gaps = gaps

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Undefined) or other is None or other == ""

    __hash__ = Undefined.__hash__

    def __str__(self) -> str:
        return self.gaps.mark(self.name)


class _Context(RenderContext):
    """Values by keys of dictionaries and places of lists alone. `work` is what is left to do."""

    def __init__(
        self, template: BoundTemplate, values: Mapping[str, Any], language: str, gaps: Gaps, work: int
    ) -> None:
        super().__init__(template, globals=values)
        # Without the library's own "now" and "today", which read the machine's clock.
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)
        self.language, self.gaps, self.work = language, gaps, work

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        found = super().get(path, token=token, default=default)
        if default is UNDEFINED and (found is None or is_undefined(found)):
            return _Gap(".".join(str(each) for each in path)[:100], self.gaps, token)
        return found

    def get_item(self, obj: Any, key: Any) -> Any:
        if key in ("size", "first", "last") or isinstance(obj, Mapping | list):
            return super().get_item(obj, key)
        raise KeyError(key)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.work -= length
        if self.work < 0:
            raise LoopIterationLimitError("too many rounds", token=None)


class _Environment(Environment):
    block_nesting_limit = 10
    output_stream_limit = _MOST_OUTPUT
    local_namespace_limit = _MOST_OUTPUT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in _TAGS:
            self.add_tag(tag)
        for name, function in FILTERS.items():
            self.add_filter(name, function)


@cache
def _environment(part: str) -> Environment:
    """A body's values are escaped for HTML, a subject's are not."""
    return _Environment(autoescape=part == "body")


def parse(source: str, part: str) -> BoundTemplate:
    """Raises TemplateProblem, and nothing else."""
    cut = list(pieces(source, part))
    try:
        return _environment(part).from_string(source)
    except Exception as error:  # whatever the library trips over is a mistake of the author
        index = place_of(error, cut, _environment(part))
        raise told(error, part, source, index) from error


def fill(source: str, values: Mapping[str, Any], *, language: str, gaps: Gaps, part: str) -> str:
    """The words with `values` put in, which are `plain` ones. Raises TemplateProblem, and nothing else."""
    template = parse(source, part)
    rounds = min(_MOST_ROUNDS, _MOST_WORK // max(len(source), 1))
    context = _Context(template, values, language=language, gaps=gaps, work=rounds)
    buffer = LimitedStringIO(limit=_MOST_OUTPUT)
    try:
        template.render_with_context(context, buffer)
    except Exception as error:  # as above
        raise told(error, part, source, token_of(error)) from error
    return buffer.getvalue()


def names(source: str, part: str) -> Iterator[tuple[str, int]]:
    """The variables that the source takes from outside, with their lines. Raises TemplateProblem."""
    template = parse(source, part)
    try:
        analysis = template.analyze()
    except Exception as error:  # as above
        raise told(error, part, source, token_of(error)) from error
    for name, spans in analysis.filters.items():
        if name not in FILTERS:
            raise TemplateProblem(part, _line(source, spans[0].index), strange_filter(name))
    for places in analysis.globals.values():
        for place in places:
            path = ".".join(str(each) for each in place.segments if isinstance(each, str | int))
            yield path, _line(source, place.span.index)


def _line(source: str, index: int) -> int:
    return source.count("\n", 0, max(index, 0)) + 1
