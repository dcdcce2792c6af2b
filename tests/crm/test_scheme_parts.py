"""Parts of drawings: their names, where they are touched, and what hostile schemes come to."""

from __future__ import annotations

import itertools
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.crm.drawing.parts import KINDS, Scheme, read_scheme, usual_parts
from apps.crm.drawing.picking import draw_picker
from apps.crm.drawing.schemes import draw_marked, draw_scheme
from apps.crm.drawing.touches import SPOT, lay_out
from apps.sync.simulator.drawings import SHAPES
from tests.crm.schemes import a_scheme

HOSTILE = '"><script>alert(1)</script>'


def known(given_scheme: object) -> Scheme:
    scheme = read_scheme(given_scheme)
    assert scheme
    return scheme


def names(given_scheme):
    return [part.name for part in known(given_scheme).parts]


def test_parts_are_called_by_what_and_where_they_are():
    assert names(a_scheme("one")) == ["Frame", "Sash", "Sash, pane", "Sash, handle"]
    assert names(a_scheme("two")) == [
        *("Frame", "Mullion", "Left sash", "Left sash, pane", "Left sash, handle"),
        *("Right sash", "Right sash, pane"),
    ]
    assert "Middle sash, pane" in names(a_scheme("three"))
    assert names(a_scheme("door"))[-1] == "Sash, panel"


def test_sashes_above_each_other_and_more_than_three_are_told_apart_too():
    def sash(number, x, y):
        return {"id": f"s{number}", "kind": "sash", "x": x, "y": y, "width": 400, "height": 400}

    above = {"width": 400, "height": 800, "parts": [sash(1, 0, 400), sash(2, 0, 0)]}
    four = {"width": 1600, "height": 400, "parts": [sash(number, number * 400, 0) for number in range(4)]}

    assert sorted(names(above)) == ["Lower sash", "Upper sash"]
    assert names(four) == ["Sash 1", "Sash 2", "Sash 3", "Sash 4"]


def test_the_plants_own_word_counts_and_is_only_text():
    scheme = a_scheme("one")
    scheme["parts"][2]["label"] = HOSTILE

    ours = known(scheme)
    drawn = [draw_scheme(scheme), draw_picker(ours, {}), draw_marked(ours, {"pane-1"}, label=HOSTILE)]

    assert f"Sash, {HOSTILE}" in names(scheme)
    assert all("<script" not in each for each in drawn)


@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.parametrize(("width", "height"), [(600, 1200), (1400, 1300), (900, 2200), (2400, 1400), (4000, 1200)])
def test_each_part_has_a_spot_of_a_thumbs_size_that_no_other_one_covers(shape, width, height):
    scheme = known(a_scheme(shape, width, height))

    layout = lay_out(scheme)

    pixels = [(x * layout.scale, y * layout.scale) for x, y in layout.places.values()]
    assert len(pixels) == len(scheme.parts)
    assert min(math.dist(*pair) for pair in itertools.combinations(pixels, 2)) >= SPOT
    assert not layout.is_crowded
    hits = re.findall(r'scheme__hit" cx="\d+" cy="\d+" r="([\d.]+)"', draw_picker(scheme, {}))
    assert [round(float(hit) * layout.scale * 2) for hit in hits] == [44] * len(scheme.parts)


_ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(-10, 200_000), st.text(max_size=5), st.lists(st.integers()))
_PARTS = st.fixed_dictionaries(
    {
        "id": st.one_of(st.sampled_from(["a", "b", HOSTILE]), _ANYTHING),
        "kind": st.one_of(st.sampled_from(KINDS), _ANYTHING),
    },
    optional={
        key: st.one_of(st.integers(0, 3000), _ANYTHING) for key in ("x", "y", "width", "height", "opening", "label")
    },
)


@given(st.one_of(_ANYTHING, st.fixed_dictionaries(
    {"width": st.one_of(st.integers(1, 3000), _ANYTHING), "height": st.one_of(st.integers(1, 3000), _ANYTHING)},
    optional={"parts": st.one_of(st.lists(_PARTS, max_size=8), _ANYTHING)},
)))  # fmt: skip
def test_whatever_comes_as_a_scheme_is_drawn_or_left_out(given_scheme):
    scheme = read_scheme(given_scheme)

    assert "<script" not in draw_scheme(given_scheme)
    if scheme:
        assert len({part.id for part in scheme.parts}) == len(scheme.parts)
        drawn = draw_picker(scheme, {}) + draw_marked(scheme, {"a"}, label="x", on_paper=True)
        assert "<script" not in drawn
        assert "nan" not in drawn


def test_without_a_drawing_there_are_the_usual_parts():
    assert [part.kind for part in usual_parts("window")][:4] == ["frame", "sash", "pane", "handle"]
    assert "panel" in [part.kind for part in usual_parts("Балконні двері")]
