import contextlib
import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from winset.case.folder import read_case
from winset.cli import cli
from winset.errors import CaseError, WinsetError
from winset.formats.doccano import write_doccano
from winset.formats.refiqda import NAMESPACE, write_refi_qda
from winset.formats.statements_csv import read_statements, write_statements
from winset.formats.webannotation import read_annotations, write_annotations

CASE = Path(__file__).parent / "fixtures" / "two-coders"
READ_CASE = read_case(CASE)
WRITERS = {
    "doccano": write_doccano,
    "refi-qda": write_refi_qda,
    "statements": write_statements,
    "webannotation": write_annotations,
}
ENDINGS = {
    "doccano": ".jsonl",
    "refi-qda": ".qdpx",
    "statements": ".csv",
    "webannotation": ".jsonld",
}
CARRIERS = [(write_annotations, read_annotations), (write_statements, read_statements)]


@pytest.fixture
def shifted(tmp_path):
    """The case without its statements, its texts begun differently, one of them changed."""
    shutil.copytree(CASE, tmp_path / "case")
    for path in (tmp_path / "case" / "statements").iterdir():
        path.unlink()
    stances = (tmp_path / "case" / "stances.csv").read_text()
    (tmp_path / "case" / "stances.csv").write_text(re.sub(r",m\d+(; m\d+)*,", ",,", stances))
    for name in ("gazette-may", "gazette-june", "letter"):
        path = tmp_path / "case" / "documents" / f"{name}.txt"
        path.write_text("PRINT VIEW\n\n" + path.read_text().replace("in 2026", "in 2025"))
    return tmp_path / "case"


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_the_same_case_makes_the_same_bytes(writer):
    assert writer(READ_CASE) == writer(read_case(CASE))


@pytest.mark.parametrize(("write", "read"), CARRIERS, ids=["annotations", "csv"])
def test_statements_go_out_and_come_back_unchanged(write, read):
    bare = replace(READ_CASE, statements=(), stances=())
    back = read(write(READ_CASE), bare)
    assert (back.moved, back.lost) == ((), ())
    assert back.case.statements == READ_CASE.statements


@pytest.mark.parametrize(("write", "read"), CARRIERS, ids=["annotations", "csv"])
def test_shifted_statements_are_anchored_again_and_the_lost_are_listed(write, read, shifted):
    back = read(write(READ_CASE), read_case(shifted))
    lost = [reason for _, reason in back.lost]
    assert lost == ["its words are not in the text"] * 3  # m9 of the machine and both coders
    texts = {d.id: (shifted / d.file).read_text() for d in back.case.documents}
    before = {(r.coder, r.id): r for r in READ_CASE.statements}
    assert len(back.case.statements) == len(before) - 3
    for row in back.case.statements:
        old = before[row.coder, row.id]
        assert row.start - old.start == (0 if row.document == "minutes" else 12)
        words = texts[row.document][row.start : row.end]
        assert hashlib.sha256(words.encode()).hexdigest() == old.quote_sha256


@pytest.mark.parametrize(("write", "read"), CARRIERS, ids=["annotations", "csv"])
def test_statements_on_documents_that_the_case_lacks_are_listed(write, read):
    bare = replace(READ_CASE, documents=READ_CASE.documents[:1], statements=(), stances=())
    back = read(write(READ_CASE), bare)
    assert {reason for _, reason in back.lost} == {"its document is not in this case"}
    assert {row.document for row in back.case.statements} == {"gazette-may"}


@pytest.mark.parametrize(("write", "read"), CARRIERS, ids=["annotations", "csv"])
def test_a_speaker_whom_the_case_does_not_know_is_an_error(write, read):
    bare = replace(
        READ_CASE, actors=READ_CASE.actors[1:], statements=(), stances=(), parties=READ_CASE.parties
    )
    with pytest.raises(CaseError, match="speaker"):
        read(write(READ_CASE), bare)


def test_an_annotation_selects_by_position_and_by_quotation_with_context():
    page = json.loads(write_annotations(READ_CASE))
    assert page["type"] == "AnnotationPage"
    assert page["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    item = next(i for i in page["items"] if i["id"].endswith("maya:m7"))
    position, quotation = item["target"]["selector"]
    assert position == {"type": "TextPositionSelector", "start": 29, "end": 78}
    assert quotation["exact"] == "I could live with a toll of one and a half crowns"
    assert quotation["prefix"].endswith("Westbank.\n\n")
    assert quotation["suffix"].startswith(". Two crowns")
    assert item["created"] == "2023-10-02T09:06:00Z"


def test_an_annotation_of_another_tool_becomes_a_proposal():
    document = replace(READ_CASE.documents[2], url="https://example.org/letter")
    case = replace(
        READ_CASE,
        documents=(*READ_CASE.documents[:2], document, READ_CASE.documents[3]),
    )
    text = json.dumps(
        [
            {
                "type": "Annotation",
                "body": [{"type": "TextualBody", "value": "his limit"}],
                "target": {
                    "source": "https://example.org/letter",
                    "selector": {
                        "type": "TextQuoteSelector",
                        "exact": "Two crowns is where I stop",
                        "prefix": "I could live with a toll of one and a half crowns. ",
                        "suffix": ".",
                    },
                },
            }
        ]
    )
    back = read_annotations(text, case, coder="web")
    row = next(row for row in back.case.statements if row.coder == "web")
    assert (row.start, row.end, row.status, row.speaker) == (80, 106, "proposed", "unresolved")


def test_texts_that_may_not_be_kept_stay_out_of_what_is_written():
    bare = replace(READ_CASE, documents=tuple(replace(d, file=None) for d in READ_CASE.documents))
    assert "four crowns is" not in write_annotations(bare)
    assert "four crowns is" not in write_statements(bare)
    assert write_doccano(bare) == ""


def test_the_table_has_names_beside_ids_and_the_range_taken_apart():
    rows = list(csv.DictReader(io.StringIO(write_statements(READ_CASE))))
    row = next(r for r in rows if (r["coder"], r["id"]) == ("noor", "m4"))
    assert (row["speaker_name"], row["issue_title"]) == ("Mayor Holm", "Toll on the bridge")
    assert (row["value"], row["value_low"], row["value_middle"], row["value_high"]) == (
        "3.5 to 4", "3.5", "3.75", "4",
    )  # fmt: skip
    assert row["quote"] == "three and a half crowns would do"
    assert row["published"] == "2023-06-20"


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@a", "'quoted"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_inert_and_read_back(start):
    row = replace(READ_CASE.statements[0], note=f"{start}|cmd")
    case = replace(READ_CASE, statements=(row,), stances=())
    text = write_statements(case)
    assert f",'{start}|cmd," in text
    assert read_statements(text, replace(case, statements=())).case.statements == (row,)


def test_a_table_with_unknown_or_missing_columns_is_refused_with_all_of_them():
    with pytest.raises(CaseError) as caught:
        read_statements("id,documnt\n", READ_CASE)
    said = str(caught.value)
    assert "did you mean “document”?" in said and "column coder: must be there" in said


def test_bad_cells_are_refused_all_at_once_with_their_lines():
    text = "coder,id,document,start,end,kind,quote_sha256\n"
    text += f"ida,a,letter,x,9,position,{'0' * 64}\nida,b,letter,1,9,promise,{'0' * 64}\n"
    with pytest.raises(CaseError) as caught:
        read_statements(text, READ_CASE)
    assert [str(p).split(":")[0] for p in caught.value.problems] == ["line 2", "line 3"]


def test_rows_of_several_coders_do_not_replace_one_another_under_one_name():
    bare = replace(READ_CASE, statements=(), stances=())
    with pytest.raises(CaseError, match=r"id: must stand once for the coder ida; found .*, as on "):
        read_statements(write_statements(READ_CASE), bare, coder="ida")


@pytest.mark.parametrize("text", ["", "{", "3", '{"items": 4}', "[" * 100_000, '"x"'])
def test_what_is_no_page_of_annotations_is_refused_in_words(text):
    with pytest.raises(WinsetError, match="annotations must be"):
        read_annotations(text, READ_CASE)


json_values = st.deferred(
    lambda: st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9)
    | st.lists(json_values, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "target", "body", "selector", "source", "type", "exact", "start",
                         "creator", "winset:document", "prefix", "winset:kind"]),
        json_values, max_size=5,
    )
)  # fmt: skip


@given(st.lists(json_values, max_size=3))
def test_no_json_brings_the_reader_down(items):
    with contextlib.suppress(WinsetError):
        read_annotations(json.dumps(items), READ_CASE)


@given(st.text(max_size=200))
def test_no_text_brings_the_table_reader_down(text):
    with contextlib.suppress(WinsetError):
        read_statements(text, READ_CASE)


def test_doccano_lines_hold_the_text_and_its_labels_without_rejected_ones():
    lines = [json.loads(line) for line in write_doccano(READ_CASE).splitlines()]
    assert [line["document"] for line in lines] == [d.id for d in READ_CASE.documents]
    june = lines[1]
    spans = {june["text"][a:b]: label for a, b, label in june["label"]}
    assert spans["three and a half crowns would do"] == "position"
    only = replace(READ_CASE, statements=tuple(
        replace(row, status="rejected") for row in READ_CASE.statements), stances=())  # fmt: skip
    assert all(json.loads(line)["label"] == [] for line in write_doccano(only).splitlines())


def unpacked(case):
    with zipfile.ZipFile(io.BytesIO(write_refi_qda(case))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_refi_qda_project_holds_its_sources_and_every_reference_leads_somewhere():
    files = unpacked(READ_CASE)
    root = ElementTree.fromstring(files.pop("project.qde"))
    assert root.tag == f"{{{NAMESPACE}}}Project"
    order = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in root]
    assert order == ["Users", "CodeBook", "Sources"]
    guids = [e.get("guid") for e in root.iter() if e.get("guid")]
    assert len(guids) == len(set(guids))
    for element in root.iter():
        for name in ("targetGUID", "creatingUser"):
            assert element.get(name) is None or element.get(name) in guids
    sources = root.findall(f".//{{{NAMESPACE}}}TextSource")
    paths = {s.get("plainTextPath").replace("internal://", "sources/") for s in sources}
    assert paths == set(files)
    letter = next(s for s in sources if s.get("name").startswith("Rask"))
    text = files[letter.get("plainTextPath").replace("internal://", "sources/")].decode()
    selection = letter.find(f"{{{NAMESPACE}}}PlainTextSelection")
    start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))
    assert text[start:end] == "I could live with a toll of one and a half crowns"


def test_hostile_titles_stay_text_in_a_refi_qda_project():
    documents = list(READ_CASE.documents)
    documents[0] = replace(documents[0], title='</TextSource><evil a="&lt;">\u200b')
    files = unpacked(replace(READ_CASE, documents=tuple(documents)))
    root = ElementTree.fromstring(files["project.qde"])
    assert root.find(f".//{{{NAMESPACE}}}TextSource").get("name") == documents[0].title
    assert root.find(".//evil") is None


def test_the_commands_write_and_read_every_format(tmp_path, shifted):
    for name, writer in WRITERS.items():
        out = tmp_path / f"out{ENDINGS[name]}"
        done = CliRunner().invoke(cli, ["export", name, str(CASE), str(out)])
        assert done.exit_code == 0, done.output
        expected = writer(READ_CASE)
        assert out.read_bytes() == (expected.encode() if isinstance(expected, str) else expected)
    for name in ("statements", "webannotation"):
        out = tmp_path / f"out{ENDINGS[name]}"
        done = CliRunner().invoke(cli, ["import", name, str(out), str(shifted)])
        assert done.exit_code == 0, done.output
        assert "3 left out" in done.output
