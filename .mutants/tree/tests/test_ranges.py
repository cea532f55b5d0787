import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from winset.case.ranges import Range, number_text, parse_range, point

finite = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@st.composite
def ranges(draw):
    low, mode, high = sorted(draw(st.tuples(finite, finite, finite)))
    return Range(low, high, draw(st.sampled_from([None, mode])))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40", point(40)),
        (" -2.5 ", point(-2.5)),
        ("+.5e2", point(50)),
        ("30 to 50", Range(30, 50)),
        ("-5 TO -1", Range(-5, -1)),
        ("30..40..60", Range(30, 60, 40)),
        ("-3 .. -2 .. 1e1", Range(-3, 10, -2)),
        ("0.1..0.2..0.3", Range(0.1, 0.3, 0.2)),
        ("inf", point(math.inf)),
        ("40..40..40", point(40)),
        ("١٢", point(12)),  # digits are digits, in any script
    ],
)
def test_every_form_is_read(text, expected):
    assert parse_range(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "x", "nan", "1e999", "-1e999", "5 to 3", "1..3..2", "1...2..3", "1..2", "1 to inf",
     "0..inf..inf", "1,5", "1_000", "0x10", "1 to", "9" * 400, "1 to 2 to 3", "=1"],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError):
        parse_range(text)


TABLE = json.loads(Path(__file__).with_name("ranges.json").read_text("utf-8"))


@pytest.mark.parametrize("row", TABLE, ids=[ascii(row["text"])[:40] for row in TABLE])
def test_the_table_that_the_pages_read_too_is_read_here_as_it_says(row):
    if row["range"] is None:
        with pytest.raises(ValueError, match=r"range|number"):
            parse_range(row["text"])
    else:
        read = parse_range(row["text"])
        wanted = [None if value is None else float(value) for value in row["range"]]
        assert [read.low, read.mode, read.high] == wanted


@pytest.mark.parametrize(
    "parts", [(math.nan, 1.0, None), (2.0, 1.0, None), (0.0, math.inf, None), (0.0, 1.0, 2.0)]
)
def test_a_range_that_is_none_cannot_be_made(parts):
    with pytest.raises(ValueError):
        Range(*parts)


@given(ranges())
def test_writing_and_reading_a_range_gives_it_back(value):
    assert parse_range(str(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_writing_and_reading_a_number_gives_it_back(value):
    assert float(number_text(value)) == value


@given(ranges(), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_lie_in_the_range_and_ascend(value, one, other):
    low, high = sorted((one, other))
    at = value.quantile(np.array([low, high]))
    assert value.low <= at[0] <= at[1] + 1e-6 * max(1.0, abs(at[1]))
    assert at[1] <= value.high


def test_quantiles_are_those_of_the_triangular_distribution():
    # (0, 1, 4): F(1) = 1/4; F(2) = 1 - (4 - 2)² / (4 · 3) = 2/3
    assert parse_range("0..1..4").quantile(np.array([0.25, 2 / 3])) == pytest.approx([1.0, 2.0])


def test_quantiles_of_a_uniform_range_are_its_shares():
    assert parse_range("30 to 50").quantile(np.array([0.0, 0.25, 1.0])).tolist() == [30, 35, 50]


def test_a_single_number_is_certain_and_its_own_quantile():
    assert point(7).certain
    assert point(math.inf).middle == math.inf


def test_moving_by_a_negative_factor_mirrors_the_range():
    assert parse_range("30..40..60").moved(multiply=-1) == Range(-60, -30, -40)


def test_clipping_keeps_all_parts_inside():
    assert parse_range("-10..40..160").clipped(0, 30) == Range(0, 30, 30)
