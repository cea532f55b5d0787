"""The views of a case and of the folder: pages, files, work in the background, what goes wrong."""

import csv
import io
import json
import re
import shutil
import sys
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmarked import unmarked
from winset.case.folder import read_case, write_case
from winset.case.shipped import shipped_cases
from winset.charts import canvas
from winset.charts.view import ChartTable
from winset.errors import WinsetError
from winset.track_record.sealed import ForecastToSeal, read_ledger, seal
from winset.web import views
from winset.web.cases.locks import locked
from winset.web.views import registry
from winset.web.views.kind import ViewKind
from winset.web.views.query import ViewQuery, query_of, read_query
from winset.web.views.registry import case_views
from winset.web.views.result import as_csv, inert
from workbench import BASE, PIE, a_folder, entered, stranger

FORMS = {
    "csv": ("text/csv; charset=utf-8", b""),
    "json": ("application/json", b"{"),
    "svg": ("image/svg+xml", b"<svg"),
    "png": ("image/png", b"\x89PNG"),
}
HOSTILE = '=HYPERLINK("http://evil.example")<script>alert(1)</script>'
PAGE = "/cases/own/split-pie/views"
VIEWS = {
    "forecast": f"{PAGE}/forecast",
    "models": f"{PAGE}/models",
    "rounds": f"{PAGE}/rounds",
    "games": f"{PAGE}/games",
    "sensitivity": f"{PAGE}/sensitivity",
    "levers": f"{PAGE}/levers",
    "timeline": f"{PAGE}/timeline",
    "claims": f"{PAGE}/claims",
    "sealed": f"{PAGE}/sealed",
    "backtest": "/backtest",
}
ASKED = {
    "forecast": "draws=40&set=position:ann:pie:50", "timeline": "draws=40",
    "models": "draws=40", "rounds": "draws=8", "games": "draws=40", "sensitivity": "draws=16",
    "levers": "actor=ann&goal=settlement(pie) >= 60&draws=16", "claims": "", "sealed": "",
    "backtest": "table=past.csv&models=mean,median&draws=20",
}  # fmt: skip
GAME = """title: Share or keep
players: {north: ann, south: bob}
precision: 4
start: first
quantities:
  hope: {value: "p_agreement(pie)", note: what a bargain would bring}
nodes:
  first: {player: north, actions: {share: both, keep: reply}}
  reply: {player: south, actions: {accept: alone, fight: none}}
ends:
  both: {payoffs: {north: {value: hope, note: x}, south: {value: "0.5", note: x}}}
  alone: {payoffs: {north: {value: "1", note: x}, south: {value: "0.2", note: x}}}
  none: {payoffs: {north: {value: "0", note: x}, south: {value: "0", note: x}}}
"""
PAST = "issue,group,actor,position,salience,influence,outcome\n" + "".join(
    f"{issue},{group},{actor},{position},50,100,{outcome}\n"
    for issue, group, outcome in (("i1", "g1", 40), ("i2", "g2", 70), ("i3", "g3", 20))
    for actor, position in (("a", 0), ("b", outcome), ("c", 100))
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one case that has something for every view, and a table of decisions."""
    made = a_folder(tmp_path_factory.mktemp("views"))
    case = made / "split-pie"
    (case / "games").mkdir(exist_ok=True)
    (case / "games" / "share.yaml").write_text(GAME)
    (case / "claims.csv").write_text(
        "id,question,outcome,probability,author,outlet,made\n"
        f'c1,{read_case(case).questions[0].id},yes,0.8,A. Writer,"{HOSTILE.replace(chr(34), "")}",'
        "2020-01-01\n"
    )
    day = date.today() + timedelta(days=9)
    seal(
        read_case(case),
        ForecastToSeal(issue="pie", resolve_by=day, rule="As the notary says", draws=40),
    )
    (made / "past.csv").write_text(PAST)
    return made


@pytest.fixture(scope="module")
def client(folder):
    with entered(folder) as made:
        yield made


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.text)))


def address(view, form=""):
    query = f"?{ASKED[view]}" if ASKED[view] else ""
    return f"{VIEWS[view]}{form}{query}"


def page_of(client, path):
    """Return the page once the work behind it is done."""
    for _ in range(600):
        answer = client.get(path)
        job = re.search(r'"job":"(\w+)"', answer.text)
        if job is None:
            return answer
        while client.get(f"/api/jobs/{job[1]}").json()["state"] in ("waiting", "running"):
            pass
    raise AssertionError(f"{path}: never done")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_a_page_with_its_tables_and_links_to_its_files(client, view):
    answer = page_of(client, address(view))
    assert answer.status_code == 200
    assert "<table" in answer.text and "As a file:" in answer.text
    for href in re.findall(r'href="([^"?]+\.csv(?:\?[^"]*)?)"', answer.text):
        file = client.get(href.replace("&amp;", "&"))
        assert file.status_code == 200 and len(rows_of(file)) > 1, href


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_comes_in_every_form_at_an_address_that_lasts(client, view, form):
    answer = client.get(address(view, f".{form}"))
    kind, start = FORMS[form]
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == kind and answer.content.startswith(start)
    assert f'{view}.{form}"' in answer.headers["content-disposition"]
    again = client.get(address(view, f".{form}"))
    assert again.content == answer.content
    known = client.get(address(view, f".{form}"), headers={"if-none-match": answer.headers["etag"]})
    assert known.status_code == 304 and known.content == b""


@pytest.mark.parametrize("view", VIEWS)
def test_the_table_says_the_same_in_page_csv_and_json(client, view):
    told = client.get(address(view, ".json")).json()
    for part in told["parts"]:
        if not part["rows"]:
            continue
        base, _, query = address(view).partition("?")
        found = rows_of(client.get(f"{base}/{part['id']}.csv?{query}"))
        assert [inert(name) for name in part["columns"]] == found[0]
        assert len(found) == len(part["rows"]) + 1
        for cells, row in zip(part["rows"], found[1:], strict=True):
            for cell, text in zip(cells, row, strict=True):
                if isinstance(cell, float):
                    assert float(text) == cell
                else:
                    assert text == ("" if cell is None else inert(str(cell)))


def test_a_cell_that_a_spreadsheet_would_run_is_text(client):
    rows = rows_of(client.get(f"{PAGE}/claims/outlets.csv"))
    assert rows[1][0].startswith("'=HYPERLINK")


@given(st.text(max_size=30))
def test_no_text_begins_as_a_formula_and_none_is_lost(text):
    (cell,) = list(
        csv.reader(
            io.StringIO(
                as_csv(ChartTable(columns=("a",), rows=((text,), ("x",)))).decode(), newline=""
            )
        )
    )[1] or [""]
    assert cell in (text, f"'{text}")
    if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        float(cell)


def test_what_is_not_known_is_an_empty_cell_and_numbers_are_unrounded():
    table = ChartTable(columns=("a", "b"), rows=((float("nan"), 0.1 + 0.2), (-1.5, "-1.5")))
    assert as_csv(table).decode().splitlines()[1:] == [",0.30000000000000004", "-1.5,-1.5"]


def test_hostile_words_are_text_on_every_page(client):
    for view in VIEWS:
        text = page_of(client, address(view)).text
        assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in client.get(f"{PAGE}/claims").text


def test_a_part_is_named_in_the_address_and_a_wrong_one_is_refused_with_the_nearest(client):
    answer = client.get(f"{PAGE}/rounds/power.svg?draws=8")
    assert answer.status_code == 200 and answer.content.startswith(b"<svg")
    wrong = client.get(f"{PAGE}/rounds/powr.csv?draws=8")
    assert wrong.status_code == 404 and "“power”" in wrong.text
    for path in (f"{PAGE}/rounds.xlsx", f"{PAGE}/rounds/power", f"{PAGE}/round", "/backtest/x.doc"):
        assert client.get(path).status_code == 404, path
    alone = client.get(f"{PAGE}/sensitivity/research.png?draws=16")
    assert alone.status_code == 422 and "a table alone" in alone.text


def test_a_page_of_a_view_gets_its_pictures_as_wide_as_it_has_room_for(client):
    path = f"{PAGE}/rounds/pictures.json?draws=8"
    for room, drawn in (("&width=320", 288), ("&width=448", 430), ("", 660)):
        answer = client.get(path + room)
        assert answer.status_code == 200
        for part in answer.json().values():
            frame, pad = part["specification"], part["specification"]["padding"]
            assert frame["width"] + pad["left"] + pad["right"] == drawn
            assert part["values"]
    again = client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    wrong = client.get(f"{path}&width=wide")
    assert wrong.status_code == 422 and "number of pixels" in wrong.text
    (where,) = re.findall(
        r'"pictures":\s*"([^"]*)"',
        client.get(f"{PAGE}/rounds?draws=8").text.replace("\\u0026", "&"),
    )
    assert where.startswith(f"{PAGE}/rounds/pictures.json?") and "draws=8" in where


def test_the_pages_choose_among_the_widths_at_which_pictures_are_drawn():
    static = Path(canvas.__file__).parents[1] / "web" / "static"
    (said,) = re.findall(r"const WIDTHS = (\[.*\]);", (static / "js" / "charts.js").read_text())
    assert tuple(json.loads(said)) == canvas.WIDTHS


def test_the_chance_that_answers_a_question_has_one_style_on_every_page():
    web = Path(canvas.__file__).parents[1] / "web"
    styles = "".join(path.read_text() for path in (web / "static" / "css").glob("*.css"))
    sized = [rule for rule in re.findall(r"[^{}]*\.big\s*\{[^}]*\}", styles) if "font-" in rule]
    assert len(sized) == 1 and "font-size: 1.5rem" in sized[0]
    assert 'el("b", { class: "big" }, words)' in (web / "static" / "js" / "answers.js").read_text()
    assert 'class="big"' in (web / "templates" / "view_levers.html.j2").read_text()


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("rounds.csv?model=spatal", 422, "did you mean “spatial”?"),
        ("rounds.csv?model=mean", 422, "plays no rounds"),
        ("rounds.csv?issue=pye", 422, "did you mean “pie”?"),
        ("rounds.csv?actor=anne", 422, "did you mean “ann”?"),
        ("rounds.csv?scenario=nothing", 422, "nothing"),
        ("rounds.csv?draws=99999", 422, "less than or equal to 20000"),
        ("rounds.csv?draws=9999", 422, "at most 2,000"),
        ("rounds.csv?draws=many", 422, "draws"),
        ("rounds.csv?modle=spatial", 422, "did you mean “model”?"),
        ("rounds.csv?model=spatial&model=exchange", 422, "must be given once"),
        ("rounds.svg?theme=drak", 422, "did you mean “dark”?"),
        ("games.csv?game=shore", 422, "did you mean “share”?"),
        ("levers.csv?actor=nobody&goal=agreement(pie)", 422, "nobody"),
        ("levers.csv?actor=ann&goal=agreemnt(pie)", 422, "agreement"),
        ("levers.csv?actor=ann&goal=settlement(pie)", 422, "needs a bound"),
        ("levers.csv?actor=ann", 422, "Choose an actor and a goal"),
        ("levers.csv?actor=ann&goal=agreement(pie)&reach=2", 422, "less than or equal to 1"),
        ("sensitivity.csv?of=agreement(pye)", 422, "did you mean “pie”?"),
        ("sensitivty.csv", 404, "did you mean “sensitivity”?"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words_with_the_nearest_name(client, path, status, said):
    answer = client.get(f"{PAGE}/{path}")
    assert answer.status_code == status and said in answer.text.replace("&#39;", "'")
    assert "<html" not in answer.text or status == 404


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("rounds?model=spatal", "did you mean “spatial”?"),
        ("rounds?modle=spatial", "did you mean “model”?"),
        ("levers?actor=nobody&goal=agreement(pie)", "nobody"),
        ("sensitivity?of=agreement(pye)", "did you mean “pie”?"),
    ],
)
def test_a_page_says_what_is_wrong_and_keeps_its_form(client, path, said):
    page = client.get(f"{PAGE}/{path}")
    assert page.status_code == 422 and said in page.text
    assert 'role="alert"' in page.text and "<select" in page.text


def test_a_refused_file_in_json_is_json(client):
    told = client.get(f"{PAGE}/rounds.json?modle=spatial").json()
    assert told["problems"][0]["remedy"] == "did you mean “model”?"


def test_long_work_runs_behind_the_page_and_comes_once(client, monkeypatch):
    monkeypatch.setattr("winset.web.pages.views.PATIENCE", 0.0)
    path = f"{PAGE}/sensitivity?draws=32&seed=7"
    pages = [client.get(path).text for _ in range(2)]
    jobs = {re.search(r'"job":"(\w+)"', text)[1] for text in pages}
    assert len(jobs) == 1 and "<progress" in pages[0]
    told = client.get(f"/api/jobs/{jobs.pop()}").json()
    assert 0.0 <= told["share"] <= 1.0 and "Two heirs" in told["title"]
    assert "<svg" not in pages[0] and "tornado" in page_of(client, path).text


def test_the_interface_lists_every_view_and_each_is_a_file_in_json(client):
    listed = client.get(f"{PIE}/views").json()
    assert [view["name"] for view in listed] == list(case_views())
    assert all(client.get(view["address"]).status_code == 200 for view in listed)
    (driving,) = (view for view in listed if view["name"] == "sensitivity")
    view = client.get(f"{driving['files']['json']}?draws=16&seed=3").json()
    assert view["result"]["draws"] == 16 and view["provenance"]["seed"] == 3
    assert view["query"]["seed"] == 3 and view["parts"]


TOY = """
from winset.web.views.kind import ViewKind
from winset.web.views.result import ViewPart, ViewResult, rows_table


def make(subject, query, progress):
    rows = [(actor.name, actor.party) for actor in subject.case.actors]
    table = rows_table(("Actor", "Party"), rows)
    return ViewResult(
        sentences=(f"{len(rows)} actors.",),
        parts=(ViewPart(id="toys", title="Toys", caption="", table=table),),
    )


KIND = ViewKind(name="toys", title="Toys", explains="Who plays.", takes=(), make=make)
"""


@pytest.fixture
def dropped(tmp_path, monkeypatch):
    """A folder of view modules, as if its files lay beside the views that there are."""
    folder = tmp_path / "dropped"
    folder.mkdir()
    monkeypatch.setattr(views, "__path__", [*views.__path__, str(folder)])
    registry._own.cache_clear()
    yield folder
    registry._own.cache_clear()
    sys.modules.pop("winset.web.views.toys", None)


def test_one_file_with_one_object_is_a_view_with_a_page_and_files(tmp_path, dropped):
    (dropped / "toys.py").write_text(TOY)
    with entered(a_folder(tmp_path)) as client:
        page = unmarked(page_of(client, f"{PAGE}/toys").text)
        assert "<h1>Toys</h1>" in page and "Who plays." in page and "4 actors." in page
        rows = list(csv.reader(io.StringIO(client.get(f"{PAGE}/toys.csv").text)))
        assert rows[0] == ["Actor", "Party"] and len(rows) == 5
        assert f"{PAGE}/toys" in client.get(PAGE).text
        assert client.get(f"{PAGE}/toys.json").json()["sentences"] == ["4 actors."]


def test_a_view_of_the_folder_has_an_address_of_its_own(tmp_path, dropped):
    kind = TOY.replace("takes=()", "takes=(), needs_stances=False, of_folder=True")
    kind = kind.replace("subject.case.actors", "()")
    (dropped / "toys.py").write_text(kind)
    with entered(a_folder(tmp_path)) as client:
        assert "0 actors." in unmarked(page_of(client, "/toys").text)
        assert client.get("/toys.csv").status_code == 200
        assert 'href="/toys"' in client.get("/").text
        assert client.get(f"{PAGE}/toys").status_code == 404


def test_a_view_of_another_package_is_added_once_and_under_a_name_of_its_own(monkeypatch):
    monkeypatch.setattr(registry, "_ADDED", {})
    kind = ViewKind(name="elsewhere", title="Elsewhere", explains="", takes=(), make=print)
    assert registry.register(kind) is kind and case_views()["elsewhere"] is kind
    with pytest.raises(WinsetError, match="two views are called “models”"):
        registry.register(replace(kind, name="models"))
    with pytest.raises(WinsetError, match="must be a ViewKind; found str"):
        registry.register("models")


def test_the_view_of_the_forecast_has_the_numbers_of_the_case_page(client):
    ask = "model=two-level&draws=400&set=position:ann:pie:70"
    view = client.get(f"{PAGE}/forecast.json?{ask}").json()
    change = {"quantity": "position", "actor": "ann", "issue": "pie", "set": "70"}
    body = {"model": "two-level", "draws": 400, "changes": [change]}
    page = client.post(f"{PIE}/forecast", json=body).json()
    row = dict(zip(view["parts"][0]["columns"], view["parts"][0]["rows"][0], strict=True))
    issue = page["issues"][0]
    assert [row["Agreement"], row["Median"]] == [issue["agreement"], issue["middle"]]
    assert view["result"]["made"]["model"] == "two-level"
    assert [part["id"] for part in view["parts"] if part["picture"]] == [
        "positions", "outcome", "ratification", "blame",
    ]  # fmt: skip


def test_a_change_of_a_number_that_the_case_does_not_have_is_refused_with_the_nearest(client):
    answer = client.get(f"{PAGE}/forecast.json?set=position:an:pie:50")
    assert answer.status_code == 422 and "position:ann:pie" in answer.json()["error"]


def test_an_edit_of_the_case_gives_another_view(tmp_path):
    folder = a_folder(tmp_path)
    with entered(folder) as client:
        path = f"{PAGE}/rounds.csv?draws=4"
        before = client.get(path)
        stances = folder / "split-pie" / "stances.csv"
        stances.write_text(stances.read_text().replace("ann,,60..67..70", "ann,,90"))
        after = client.get(path, headers={"if-none-match": before.headers["etag"]})
        assert after.status_code == 200 and after.content != before.content


def test_pages_and_interface_are_not_sent_twice_to_who_has_them(client):
    for path in ("/cases/own/split-pie", PIE, f"{PIE}/forecast", "/static/css/workbench.css",
                 "/static/js/views.js", "/static/vega.js"):  # fmt: skip
        first = client.get(path)
        again = client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (first.status_code, again.status_code) == (200, 304), path
        other = client.get(path, headers={"if-none-match": '"another"'})
        assert other.status_code == 200 and other.content == first.content


def test_a_script_on_this_machine_reads_with_the_access_token_and_changes_nothing(folder):
    client = stranger(folder)
    client._transport.client = ("127.0.0.1", 5)
    bearer = {"authorization": f"Bearer {client.app.state.session.access}"}
    path = f"{PAGE}/claims/claims.csv"
    assert client.get(path, headers=bearer).status_code == 200
    assert client.get(PIE, headers=bearer).json()["name"] == "split-pie"
    for wrong in ({}, {"authorization": "Bearer x"}, {"authorization": "Bearer"},
                  {"authorization": f"Basic {client.app.state.session.access}"}):  # fmt: skip
        assert client.get(path, headers=wrong).status_code == 401
    with_origin = {**bearer, "origin": BASE}
    assert client.post(f"{PIE}/copy", headers=with_origin).status_code == 401
    assert not (folder / "split-pie-2").exists()
    client._transport.client = ("192.0.2.7", 5)
    assert client.get(path, headers=bearer).status_code == 401


EXPORTS = {
    "report.html": b"<!doctype html>", "forecast.json": b"{", "case.xlsx": b"PK", "case.zip": b"PK",
    "statements.dna": b"SQLite format 3", "doccano.jsonl": b"", "refi.qdpx": b"PK",
    "statements.csv": b"", "annotations.jsonld": b"{",
}  # fmt: skip


@pytest.mark.parametrize("file", EXPORTS)
def test_a_case_can_be_taken_away_in_every_form(client, file):
    assert f"/exports/{file}" in client.get("/cases/own/split-pie/exports").text
    answer = client.get(f"/cases/own/split-pie/exports/{file}")
    assert answer.status_code == 200 and answer.content.lower().startswith(EXPORTS[file].lower())
    assert answer.headers["content-disposition"].startswith('attachment; filename="split-pie-')


def test_a_case_that_a_form_cannot_hold_is_refused_in_words(client):
    answer = client.get("/cases/own/split-pie/exports/ktab.csv")
    assert answer.status_code == 422 and "KTAB" in answer.text
    wrong = client.get("/cases/own/split-pie/exports/case.xls")
    assert wrong.status_code == 404 and "case.xlsx" in wrong.text


def test_the_folder_taken_away_is_the_case_with_its_texts_and_its_ledger(client, folder, tmp_path):
    (folder / "split-pie" / "sealed" / "outside").symlink_to(folder / "past.csv")
    answer = client.get("/cases/own/split-pie/exports/case.zip")
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(tmp_path)
    back = tmp_path / "split-pie"
    assert read_case(back).digest == read_case(folder / "split-pie").digest
    assert len(read_ledger(back).sealed) == len(read_ledger(folder / "split-pie").sealed)
    assert any((back / "documents").iterdir()) and not (back / "sealed" / "outside").exists()
    (folder / "split-pie" / "sealed" / "outside").unlink()


def test_a_missing_library_is_named(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    for name in [name for name in sys.modules if name.startswith("openpyxl.")]:
        monkeypatch.setitem(sys.modules, name, None)
    answer = client.get("/cases/own/split-pie/exports/case.xlsx")
    assert answer.status_code in (422, 501) and "openpyxl" in answer.text


def test_a_hostile_name_of_a_case_stays_in_its_place_in_a_header(tmp_path):
    folder = a_folder(tmp_path)
    name = 'ü "; filename=x.exe\n.pie'
    (folder / "split-pie").rename(folder / name)
    with entered(folder) as client:
        at = client.get("/api/cases").json()["cases"][0]["address"]
        for path in (f"{at}/views/rounds.csv?draws=4", f"{at}/exports/case.zip"):
            said = client.get(path).headers["content-disposition"]
            plain = re.fullmatch(
                r"attachment; filename=\"([\w.-]+)\"; filename\*=UTF-8''(\S+)", said
            )
            assert plain and plain[1].endswith((".csv", ".zip")) and "exe%0A" not in plain[2]


def test_a_backtest_reads_listed_tables_only(client, folder):
    (folder / ".hidden.csv").write_text(PAST)
    outside = folder.parent / "outside.csv"
    outside.write_text(PAST)
    (folder / "link.csv").symlink_to(outside)
    for table in ("../outside.csv", str(outside), ".hidden.csv", "link.csv", "past", "split-pie",
                  "split-pie/stances.csv", "past.csv\0"):  # fmt: skip
        answer = client.get("/backtest.csv", params={"table": table})
        assert answer.status_code == 404, table
    assert "did you mean “past.csv”?" in client.get("/backtest.csv?table=pasd.csv").text
    assert client.get("/backtest.csv?table=past.csv&models=meen").status_code == 422
    (folder / ".hidden.csv").unlink()
    (folder / "link.csv").unlink()


def test_a_decision_is_reached_from_the_standings_without_another_run(client):
    page = page_of(client, address("backtest")).text
    link = next(h for h in re.findall(r'href="([^"]+)"', page) if "decision=i2" in h)
    answer = client.get(link.replace("&amp;", "&"))
    assert answer.status_code == 200 and 'id="decision"' in answer.text
    rows = rows_of(client.get(f"/backtest/decision.csv?{ASKED['backtest']}&decision=i2"))
    assert {row[0] for row in rows[1:]} == {"mean", "median", "climatology"}
    assert client.get(f"/backtest?{ASKED['backtest']}&decision=i9").status_code == 404


def test_a_table_that_was_changed_is_run_anew(client, folder):
    before = client.get("/backtest/decisions.csv?table=past.csv&models=mean&draws=5").text
    (folder / "past.csv").write_text(PAST + PAST.splitlines(keepends=True)[1].replace("i1", "i9"))
    after = client.get("/backtest/decisions.csv?table=past.csv&models=mean&draws=5").text
    assert "i9" in after and "i9" not in before
    (folder / "past.csv").write_text(PAST)


def sealed_pie(tmp_path):
    folder = a_folder(tmp_path)
    case = folder / "split-pie"
    day = date.today() + timedelta(days=9)
    done = seal(
        read_case(case), ForecastToSeal(issue="pie", resolve_by=day, rule="By the notary", draws=40)
    )
    return folder, case, done.id


def test_how_a_sealed_forecast_came_out_is_written_under_it(tmp_path):
    folder, case, entry = sealed_pie(tmp_path)
    with entered(folder) as client:
        came = {"entry": entry, "outcome": "55", "source": "the notary"}
        early = client.post(f"{PIE}/resolutions", json=came)
        [problem] = early.json()["problems"]
        assert early.status_code == 422 and problem["where"] == "date"
        came["date"] = date.today().isoformat()
        told = client.post(f"{PIE}/resolutions", json=came)
        assert told.status_code == 201 and told.json()["counts"] and told.json()["crps"] >= 0.0
        assert read_ledger(case).sealed[0].resolution.outcome == "55"
        assert "Outcome: 55" in client.get(f"{PAGE}/sealed").text
        twice = client.post(f"{PIE}/resolutions", json=came)
        assert twice.status_code == 422 and "already resolved" in twice.json()["error"]
        client.post(f"{PIE}/resolutions", json={**came, "outcome": "60", "amend": True})
        assert len(read_ledger(case).sealed[0].resolutions) == 2
        none = client.post(f"{PIE}/resolutions", json={**came, "entry": "0000"})
        assert none.status_code == 422
        shipped = "/api/cases/shipped/iran-nuclear-2015/resolutions"
        assert client.post(shipped, json=came).status_code == 403


def test_a_resolution_waits_for_the_folders_lock(tmp_path, monkeypatch):
    folder, case, entry = sealed_pie(tmp_path)
    monkeypatch.setattr("winset.web.cases.locks.PATIENCE", 0.05)
    monkeypatch.setattr("winset.web.api.views.locked", lambda path: locked(path, patience=0.05))
    came = {"entry": entry, "outcome": "55", "date": date.today().isoformat()}
    with entered(folder) as client:
        with locked(case):
            assert client.post(f"{PIE}/resolutions", json=came).status_code == 423
        assert client.post(f"{PIE}/resolutions", json=came).status_code == 201


def test_verifying_makes_every_sealed_forecast_again(tmp_path):
    folder, case, _ = sealed_pie(tmp_path)
    with entered(folder) as client:
        assert "the same, draw by draw" in page_of(client, f"{PAGE}/sealed?again=yes").text
        ledger = case / "ledger.jsonl"
        ledger.write_bytes(ledger.read_bytes().replace(b'"draws":40', b'"draws":41'))
        page = page_of(client, f"{PAGE}/sealed?again=yes")
        assert "NOT SOUND" in page.text


def test_an_empty_case_says_what_it_needs_on_every_page(tmp_path):
    with entered(a_folder(tmp_path)) as client:
        client.post("/api/cases", json={"id": "empty", "title": "Empty", "as_of": "2020-01-01"})
        for view in ("", *(f"/{name}" for name in case_views())):
            answer = client.get(f"/cases/own/empty/views{view}")
            assert answer.status_code == 200, answer.text
            assert view == "" or 'id="missing"' in answer.text
        for view in case_views():
            assert client.get(f"/cases/own/empty/views/{view}.csv").status_code == 422
        assert client.get("/cases/own/empty/exports/report.html").status_code == 200


def test_a_case_of_35_actors_fills_every_view(tmp_path):
    folder = tmp_path / "cases"
    shutil.copytree(shipped_cases()["china-cnpc-2014"], folder / "china")
    case = read_case(folder / "china")
    actor, stance = case.actors[0], case.stances[0]
    more = replace(case, actors=(*case.actors, replace(actor, id="one-more", name="One more")),
                   stances=(*case.stances, replace(stance, actor="one-more")))  # fmt: skip
    write_case(more, folder / "china")
    with entered(folder) as client:
        for view, asked in (("models", "draws=20"), ("rounds", "draws=8"),
                            ("sensitivity", "draws=16")):  # fmt: skip
            answer = client.get(f"/cases/own/china/views/{view}.json?{asked}")
            assert answer.status_code == 200, answer.text
        rows = rows_of(client.get("/cases/own/china/views/rounds/together.csv?draws=8"))
        assert len(rows) == 36


@given(
    st.builds(
        ViewQuery,
        model=st.sampled_from(["", "mean", "spatial"]),
        goal=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20).map(
            str.strip
        ),
        reach=st.sampled_from([0.5, 0.25, 1.0]),
        draws=st.integers(0, 20_000),
        again=st.booleans(),
    )
)  # fmt: skip
def test_the_address_of_a_question_asks_it_again(asked):
    from urllib.parse import parse_qsl

    pairs = parse_qsl(query_of(asked).removeprefix("?"), keep_blank_values=True)
    assert read_query(pairs, ("model", "goal", "reach", "draws", "again")) == asked


def test_the_files_of_a_view_are_json_without_what_json_cannot_hold(client):
    for view in VIEWS:
        json.loads(client.get(address(view, ".json")).text, parse_constant=pytest.fail)
