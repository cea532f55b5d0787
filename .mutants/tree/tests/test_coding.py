import datetime
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from winset.case.folder import read_case
from winset.cli.coding import code, trace
from winset.errors import CaseError, WinsetError
from winset.evidence.coding.decisions import (
    accepted,
    drop_decision,
    last_decision,
    proposals,
    rejected,
    save_decision,
    undecided,
    with_decision,
)
from winset.evidence.disposable import only_session

CASE = Path(__file__).parent / "fixtures" / "two-coders"
NOW = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(CASE, tmp_path / "case")
    return tmp_path / "case"


def decided(folder, coder):
    return {row.id: row for row in read_case(folder).statements if row.coder == coder}


def run(folder, keys, coder="ida"):
    done = CliRunner().invoke(code, [str(folder), "--coder", coder], input=keys)
    assert done.exit_code == 0, done.output
    return done.output


def test_proposals_come_in_reading_order():
    ids = [row.id for row in proposals(read_case(CASE))]
    assert ids == ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "m11", "m10"]


def test_two_proposals_with_one_id_are_refused(folder):
    text = (folder / "statements" / "machine.csv").read_text()
    (folder / "statements" / "engine.csv").write_text(text)
    with pytest.raises(WinsetError, match="rename one of them"):
        undecided(read_case(folder), "ida")


def test_a_machine_does_not_decide_on_its_own_proposals():
    with pytest.raises(WinsetError, match="under another name"):
        undecided(read_case(CASE), "machine")


def test_the_machines_file_stays_as_it_is(folder):
    before = (folder / "statements" / "machine.csv").read_bytes()
    run(folder, "arsaq")
    assert (folder / "statements" / "machine.csv").read_bytes() == before


def test_each_key_does_what_it_says(folder):
    output = run(folder, "arsaq")
    rows = decided(folder, "ida")
    assert {id: row.status for id, row in rows.items()} == {
        "m1": "accepted", "m2": "rejected", "m4": "accepted",
    }  # fmt: skip
    assert "2 accepted, 1 rejected, 8 to decide" in output
    assert all(row.coded_at is not None for row in rows.values())


def test_the_sentence_is_shown_round_the_words_with_speaker_issue_kind_and_value(folder):
    output = " ".join(run(folder, "q").split())
    assert "Mayor Holm of Eastbank said on Thursday that “»a toll of four crowns" in output
    for shown in ("holm (Mayor Holm)", "toll (Toll on the bridge)", "position", "value 4"):
        assert shown in output


def test_an_edit_changes_what_was_typed_and_keeps_the_rest(folder):
    run(folder, "e" + "\n\nred line\n3 to 4\n\nher words\n" + "q")
    row = decided(folder, "ida")["m1"]
    assert (row.kind, str(row.value), row.note, row.speaker) == (
        "red line", "3 to 4", "her words", "holm",
    )  # fmt: skip


def test_a_dash_empties_a_field(folder):
    run(folder, "e" + "\n\nthreat\n-\n\n\n" + "q")
    assert decided(folder, "ida")["m1"].value is None


def test_a_field_that_does_not_fit_the_case_is_asked_again_and_the_others_stay_typed(folder):
    output = run(folder, "e" + "hollm\nrask\n\n\n\n\nhers\n" + "q")
    assert "did you mean “holm”?" in " ".join(output.split())
    row = decided(folder, "ida")["m1"]
    assert (row.speaker, row.note) == ("rask", "hers")


def test_a_field_that_cannot_be_understood_is_asked_again(folder):
    output = run(folder, "e" + "\n\n\nfour\n4.5\n\n\n" + "q")
    assert "statement m1: value" in " ".join(output.split())
    assert str(decided(folder, "ida")["m1"].value) == "4.5"


def test_a_second_session_of_one_coder_is_refused_and_another_coder_is_not(folder):
    with only_session(folder, "ida"):
        done = CliRunner().invoke(code, [str(folder), "--coder", "ida"], input="a")
        assert isinstance(done.exception, WinsetError)
        assert "one session at a time" in str(done.exception)
        assert not (folder / "statements" / "ida.csv").exists()
        assert CliRunner().invoke(code, [str(folder), "--coder", "bob"], input="a").exit_code == 0
    run(folder, "aq")


def test_a_killed_session_lets_go_of_its_file(folder):
    program = (
        "import sys, time; from pathlib import Path; "
        "from winset.evidence.disposable import only_session; "
        "held = only_session(Path(sys.argv[1]), 'ida'); held.__enter__(); "
        "print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(WinsetError, match=f"process {process.pid}"),
            only_session(folder, "ida"),
        ):
            pass
        process.kill()
    run(folder, "aq")


def test_undo_takes_back_the_last_decision_and_shows_it_again(folder):
    output = run(folder, "aauuraq")
    assert "undone m2" in output and "undone m1" in output
    rows = decided(folder, "ida")
    assert [(row.id, row.status) for row in rows.values()] == [
        ("m1", "rejected"), ("m2", "accepted"),
    ]  # fmt: skip


def test_undo_outlives_the_session(folder):
    run(folder, "aaq")
    run(folder, "uq")
    assert list(decided(folder, "ida")) == ["m1"]


def test_with_nothing_decided_undo_says_so(folder):
    assert "nothing to undo" in run(folder, "uq")


def test_a_new_session_goes_on_where_the_last_one_stopped(folder):
    run(folder, "aaq")
    assert "9 to decide" in run(folder, "q")


def test_the_end_of_a_pipe_ends_the_session(folder):
    assert "1 accepted" in run(folder, "a")


def test_what_another_hand_wrote_into_the_coders_file_stays(folder):
    run(folder, "aq")
    path = folder / "statements" / "ida.csv"
    by_hand = path.read_text().replace("m1,gazette-may", '"m1",gazette-may')
    path.write_text(by_hand)
    run(folder, "aq")
    assert path.read_text().startswith(by_hand)
    assert set(decided(folder, "ida")) == {"m1", "m2"}


def test_a_coder_who_cannot_name_a_file_is_refused(folder):
    done = CliRunner().invoke(code, [str(folder), "--coder", "../../evil"], input="a")
    assert isinstance(done.exception, WinsetError)


def test_a_shipped_case_is_copied_before_it_is_coded():
    done = CliRunner().invoke(code, ["iran-nuclear-2015", "--coder", "ida"], input="a")
    assert isinstance(done.exception, WinsetError)
    assert "winset new" in str(done.exception)


def test_control_characters_of_a_text_do_not_reach_the_terminal(folder):
    path = folder / "documents" / "gazette-may.txt"
    path.write_text(path.read_text().replace("Thursday", "Thurs\x1b[2Jday"))
    text = path.read_text()
    start = text.index("a toll")
    csv = folder / "statements" / "machine.csv"
    csv.write_text(csv.read_text().replace(",68,117,", f",{start},{start + 49},"))
    assert "\x1b" not in run(folder, "q")


def test_decisions_are_pure_until_they_are_saved(folder):
    case = read_case(folder)
    proposal = proposals(case)[0]
    after = with_decision(case, accepted(proposal, "ida", NOW, {"value": "3"}))
    assert last_decision(after, "ida").id == "m1"
    assert not (folder / "statements" / "ida.csv").exists()
    again = with_decision(after, rejected(proposal, "ida", NOW))
    assert [row.status for row in again.statements if row.coder == "ida"] == ["rejected"]


def test_an_unknown_field_cannot_be_edited():
    proposal = proposals(read_case(CASE))[0]
    with pytest.raises(WinsetError, match="cannot be edited"):
        accepted(proposal, "ida", NOW, {"start": "0"})
    with pytest.raises(CaseError, match="kind"):
        accepted(proposal, "ida", NOW, {"kind": "promise"})


def test_saving_and_dropping_a_decision_leaves_the_file_as_it_was(folder):
    case = read_case(folder)
    first, second = proposals(case)[:2]
    save_decision(folder, accepted(first, "ida", NOW))
    before = (folder / "statements" / "ida.csv").read_bytes()
    save_decision(folder, rejected(second, "ida", NOW))
    drop_decision(folder, rejected(second, "ida", NOW))
    assert (folder / "statements" / "ida.csv").read_bytes() == before


@pytest.mark.parametrize("after", [1, 4, 9])
def test_a_killed_session_loses_no_decision_that_it_acknowledged(folder, after):
    """The process is killed while it works on further keys, not while it waits."""
    program = (
        "import sys; from winset.cli.coding import code; "
        "code([sys.argv[1], '--coder', 'ida'], standalone_mode=False)"
    )
    with subprocess.Popen(
        [sys.executable, "-u", "-c", program, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as process:
        process.stdin.write("ar" * 40)
        process.stdin.flush()
        acknowledged = {}
        for line in process.stdout:
            status, _, id = line.strip().partition(" ")
            if status in ("accepted", "rejected"):
                acknowledged[id] = status
            if len(acknowledged) == after:
                break
        process.send_signal(signal.SIGKILL)
    kept = {id: row.status for id, row in decided(folder, "ida").items()}
    assert acknowledged.items() <= kept.items()
    assert len(kept) <= 11
    run(folder, "q")


def test_a_trace_leads_from_the_number_to_the_sentence():
    done = CliRunner().invoke(trace, [str(CASE), "toll", "rask"])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "position: 0..1..1.68, derived from m7 (weight 1.00), m6 (weight 0.75)" in said
    assert "salience: 70, by hand" in said
    assert "»I could live with a toll of one and a half crowns«." in said
    assert "Rask’s letter to the council · 2023-09-01" in said


def test_a_trace_marks_a_number_coded_by_hand_and_says_what_statements_give():
    done = CliRunner().invoke(trace, [str(CASE), "opening", "rask"])
    assert "position: 2025..2026..2028, by hand; statements give 2025..2026..2027" in " ".join(
        done.output.split()
    )


def test_a_trace_as_of_a_date_shows_only_what_was_said_by_then():
    done = CliRunner().invoke(trace, [str(CASE), "toll", "rask", "--as-of", "2023-06-01"])
    assert "m3" in done.output and "m7" not in done.output
    done = CliRunner().invoke(trace, [str(CASE), "toll", "rask", "--as-of", "June"])
    assert done.exit_code == 2
