"""Small cases made in a line, for tests."""

import datetime

from hypothesis import strategies as st

from winset.case.model import Case
from winset.case.parts import Actor, Issue, Scale, Stance
from winset.case.ranges import parse_range


def line_case(rows, *, reversion=None, scale=(0.0, 100.0), issues=("x",), outcome=None):
    """A case from rows of (name, position, salience, influence), the same on every issue."""
    low, high = scale
    return Case(
        title="A line",
        as_of=datetime.date(2015, 1, 1),
        issues=tuple(
            Issue(
                id=issue,
                title=issue,
                scale=Scale(low=low, high=high),
                reversion=None if reversion is None else parse_range(str(reversion)),
                outcome=outcome,
            )
            for issue in issues
        ),
        actors=tuple(Actor(id=name, name=name) for name, *_ in rows),
        stances=tuple(
            Stance(
                issue=issue,
                actor=name,
                position=parse_range(str(position)),
                salience=parse_range(str(salience)),
                influence=parse_range(str(influence)),
            )
            for issue in issues
            for name, position, salience, influence in rows
        ),
    )


@st.composite
def line_cases(draw, *, issues=("x",), most=6, reversion=True):
    """Cases of a few actors with certain and uncertain numbers."""
    number = st.integers(0, 100)

    def written():
        kind = draw(st.sampled_from(["point", "uniform", "triangle"]))
        values = sorted(draw(st.lists(number, min_size=3, max_size=3)))
        if kind == "point":
            return str(values[1])
        if kind == "uniform":
            return f"{values[0]} to {values[2]}"
        return f"{values[0]}..{values[1]}..{values[2]}"

    rows = [
        (f"a{k}", written(), draw(st.integers(1, 100)), draw(st.integers(1, 100)))
        for k in range(draw(st.integers(1, most)))
    ]
    return line_case(rows, reversion=written() if reversion else None, issues=issues)
