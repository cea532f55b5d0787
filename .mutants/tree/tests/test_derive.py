import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from winset.case.folder import read_case
from winset.case.model import Case
from winset.case.parts import Actor, Document, Issue, Scale, Stance, Statement
from winset.case.ranges import parse_range, point
from winset.cli.coding import derive as derive_command
from winset.evidence.coding.derive import (
    HALF_LIFE,
    derive,
    derive_stances,
    derived_cells,
    derived_range,
    marked,
)
from winset.evidence.coding.trace import trace
from winset.evidence.coding.units import units

CASE = Path(__file__).parent / "fixtures" / "two-coders"
DAY = datetime.date(2020, 1, 1)


def statement(id, value, *, kind="position", document="d0", coder="ida", condition="", **more):
    return Statement(
        coder=coder,
        id=id,
        document=document,
        start=more.pop("start", 10 * int(id[1:])),
        end=more.pop("end", 10 * int(id[1:]) + 9),
        quote_sha256="0" * 64,
        speaker=more.pop("speaker", "ann"),
        issue="pie",
        kind=kind,
        value=None if value is None else parse_range(str(value)),
        condition=condition,
        status=more.pop("status", "accepted"),
    )


def pie(*statements, ages=(0,), position=None, **stance):
    """A case of one actor; document ``dK`` is ``ages[K]`` days old, None undated."""
    cells = {"position": position, **stance}
    return Case(
        title="A pie",
        as_of=DAY,
        issues=(Issue(id="pie", title="Pie", scale=Scale()),),
        actors=(Actor(id="ann", name="Ann"), Actor(id="bob", name="Bob")),
        documents=tuple(
            Document(
                id=f"d{k}",
                published=None if age is None else DAY - datetime.timedelta(days=age),
            )
            for k, age in enumerate(ages)
        ),
        statements=statements,
        stances=(
            marked(
                Stance(
                    issue="pie", actor="ann", salience=point(50), influence=point(100),
                    **{n: parse_range(str(v)) for n, v in cells.items() if v is not None},
                    **({} if position is not None else {"position": parse_range("0 to 100")}),
                ),
                () if position is not None else ("position",),
            ),
        ),
    )  # fmt: skip


def derived(case, quantity="position"):
    number = next((n for n in derive(case) if n.quantity == quantity), None)
    return None if number is None else str(number.value)


def test_one_statement_gives_its_value_with_a_margin():
    assert derived(pie(statement("s1", 40))) == "30..40..50"


def test_more_statements_narrow_the_margin_and_spread_widens_the_range():
    same = pie(*(statement(f"s{k}", 40) for k in range(5)))
    assert derived(same) == "38..40..42"
    apart = pie(statement("s1", 40), statement("s2", 60))
    assert derived(apart) == "35..40..65"


def test_later_words_weigh_more():
    case = pie(
        statement("s1", 20, document="d0"),
        statement("s2", 80, document="d1"),
        ages=(int(2 * HALF_LIFE), 0),
    )
    number = derive(case)[0]
    assert [s.weight for s in number.support] == [1.0, 0.25]
    assert number.value.mode == 80.0
    assert number.value.low < 20.0


def test_words_that_are_long_past_no_longer_count_but_are_shown():
    case = pie(
        statement("s1", 20, document="d0"),
        statement("s2", 80, document="d1"),
        ages=(int(5 * HALF_LIFE), 0),
    )
    number = derive(case)[0]
    assert str(number.value) == "70..80..90"
    assert [s.weight for s in number.support] == [1.0, 0.0]
    assert derive_stances(case).case.stances[0].statements == ("s2",)


def test_an_undated_document_weighs_as_the_oldest_dated_one():
    case = pie(
        *(statement(f"s{k}", 50, document=f"d{k}") for k in range(3)),
        ages=(0, int(HALF_LIFE), None),
    )
    assert [s.weight for s in derive(case)[0].support] == [1.0, 0.5, 0.5]


def test_only_accepted_rows_count():
    case = pie(
        statement("s1", 40),
        statement("s2", 90, status="proposed"),
        statement("s3", 90, status="rejected"),
        statement("s4", 90, speaker="bob"),
        statement("s5", 90, kind="threat"),
        statement("s6", None),
    )
    assert derived(case) == "30..40..50"


def test_readings_of_two_coders_are_one_statement_as_wide_as_they_differ():
    one = pie(statement("s1", 40), statement("s1", 50, coder="eve"))
    assert derived(one) == "30..40..60"
    assert len(derive(one)[0].support) == 1
    elsewhere = statement("s9", 50, coder="eve", start=11, end=20)
    assert len(derive(pie(statement("s1", 40), elsewhere))[0].support) == 1


def test_two_rows_of_one_coder_are_never_the_same_statement():
    rows = (statement("s1", 40), statement("s2", 40, start=10, end=19))
    assert len(units(rows)) == 2


def test_a_red_line_takes_its_side_from_the_position_or_from_its_own_words():
    below = pie(statement("s1", 60), statement("s2", 50, kind="red line"))
    assert derived(below, "red_line_low") == "40..50..60"
    assert derived(below, "red_line_high") is None
    above = pie(statement("s2", 70, kind="red line"), position=60)
    assert derived(above, "red_line_high") == "60..70..80"
    said = pie(statement("s2", 70, kind="red line", condition="at least in public"))
    assert derived(said, "red_line_low") == "60..70..80"
    assert derive(pie(statement("s2", 70, kind="red line"))) == ()


def test_red_lines_whose_ranges_overlap_are_cut_apart():
    case = pie(
        statement("s1", 50),
        statement("s2", 45, kind="red line"),
        statement("s3", 55, kind="red line"),
    )
    stance = derive_stances(case).case.stances[0]
    assert (str(stance.red_line_low), str(stance.red_line_high)) == ("35..45..50", "50..55..65")


def test_a_red_line_that_contradicts_one_coded_by_hand_is_left_out():
    case = pie(
        statement("s1", 70, kind="red line"), position=80, red_line_high="60", audience_cost="10"
    )
    stance = derive_stances(case).case.stances[0]
    assert (stance.red_line_low, str(stance.red_line_high)) == (None, "60")


def test_a_number_coded_by_hand_wins_and_is_marked():
    result = derive_stances(pie(statement("s1", 40), position=10))
    assert str(result.case.stances[0].position) == "10"
    assert result.by_hand == (("pie", "ann", "position"),)
    cell = trace(result.case, "pie", "ann").cells[0]
    assert (cell.origin, str(cell.value), str(cell.derived.value)) == (
        "by hand", "10", "30..40..50",
    )  # fmt: skip


def test_a_derived_number_says_so_and_cites_its_statements():
    stance = derive_stances(pie(statement("s1", 40), statement("s2", 45))).case.stances[0]
    assert derived_cells(stance) == ("position",)
    assert stance.note == "[derived: position]"
    assert stance.statements == ("s1", "s2")


def test_deriving_twice_changes_nothing_more():
    once = derive_stances(pie(statement("s1", 40), statement("s2", 50, kind="red line")))
    again = derive_stances(once.case)
    assert again.case == once.case
    assert again.changed == ()


def test_a_position_whose_statements_are_gone_is_anything_on_the_scale():
    case = derive_stances(pie(statement("s1", 40))).case
    gone = derive_stances(replace(case, statements=(statement("s1", 40, status="rejected"),))).case
    assert str(gone.stances[0].position) == "0 to 100"
    assert gone.stances[0].statements == ()


def test_a_stance_that_is_missing_is_listed_or_made_with_what_no_statement_gives():
    case = pie(statement("s1", 40, speaker="bob"))
    assert derive_stances(case).rowless == (("pie", "bob"),)
    made = derive_stances(case, salience=point(50), influence=parse_range("10 to 90"))
    assert made.rowless == ()
    assert str(made.case.stances[1].position) == "30..40..50"


values = st.lists(
    st.tuples(st.integers(0, 100), st.sampled_from([0.0, 0.1, 0.5, 1.0])), min_size=1
).filter(lambda pairs: any(weight for _, weight in pairs))


@given(values, st.sampled_from([(0.0, 100.0), (-3.0, 4.0), (1990.0, 2030.0), (0.0, 1e-6)]))
def test_the_range_holds_what_was_said_and_stays_on_the_scale(pairs, ends):
    scale = Scale(low=ends[0], high=ends[1])
    said = [(point(scale.low + share / 100 * scale.width), weight) for share, weight in pairs]
    found = derived_range(said, scale)
    counted = [value.low for value, weight in said if weight]
    slack = 1e-9 * scale.width
    assert scale.low <= found.low <= min(counted) + slack
    assert max(counted) - slack <= found.high <= scale.high


@given(values)
def test_the_order_of_statements_does_not_matter(pairs):
    said = [(point(value), weight) for value, weight in pairs]
    assert derived_range(said, Scale()) == derived_range(said[::-1], Scale())


def test_the_fixture_holds_what_its_statements_give():
    result = derive_stances(read_case(CASE))
    assert result.changed == ()
    assert result.by_hand == (("opening", "rask", "position"),)


def test_the_command_shows_before_it_writes(tmp_path):
    import shutil

    shutil.copytree(CASE, tmp_path / "case")
    path = tmp_path / "case" / "stances.csv"
    before = path.read_text()
    path.write_text(before.replace("3.24..3.5..4.26", "0 to 5"))
    done = CliRunner().invoke(derive_command, [str(tmp_path / "case")])
    assert done.exit_code == 0, done.output
    assert "coded by hand: stays" in done.output
    assert "0 to 5" in path.read_text()
    CliRunner().invoke(derive_command, [str(tmp_path / "case"), "--write"])
    assert path.read_text() == before


def test_a_range_that_cannot_be_read_is_refused():
    done = CliRunner().invoke(derive_command, [str(CASE), "--salience", "much"])
    assert "must be a number" in str(done.exception)


def test_trace_names_what_the_case_does_not_have():
    with pytest.raises(Exception, match="no actor"):
        trace(read_case(CASE), "toll", "hollm")
    with pytest.raises(Exception, match="has no stance"):
        trace(pie(position=3), "pie", "bob")
