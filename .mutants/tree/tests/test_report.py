"""The report: one file, no network, nothing of the case taken for anything but text."""

import base64
import dataclasses
import datetime
import hashlib
import html.parser
import itertools
import json
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from winset.case.cells import Text
from winset.case.folder import read_case
from winset.case.model import Case
from winset.case.ranges import Range
from winset.case.shipped import open_case, shipped_cases
from winset.cli import cli
from winset.evidence.doubts.checks import doubts
from winset.explain.answers import answers, issue_answers
from winset.explain.background import look_behind
from winset.forecast.forecast import load_forecast, make_forecast
from winset.models import Mean, NashBargaining, make_model
from winset.report import report_html, write_report
from winset.report.evidence import web_address
from winset.report.method import assumptions, command_line, python_lines

PAYLOADS = (
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "\"onload='x",
    "{{7*7}}{% raw %}", "evil\u202etxt", "</style>", "<!--", "&lt;b&gt;",
)  # fmt: skip
LIMIT = 2_000_000
SPLIT_PIE = Path(__file__).parent / "fixtures" / "split-pie"


class Page(html.parser.HTMLParser):
    """What a browser would find: elements with their attributes, and the text of each kind."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.said, self.open = [], {}, []
        self.after_term = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open.append("tooltip" if dict(attrs).get("role") == "tooltip" else tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() not in (tag, {"span": "tooltip"}.get(tag)):
            pass

    def handle_data(self, data):
        # A marked term is a part of the sentence it stands in; its tip is none.
        around = [tag for tag in self.open if tag != "dfn"] or [""]
        if "tooltip" in around:
            return
        words = self.said.setdefault(around[-1], [])
        if words and (self.after_term or "dfn" in self.open):
            words[-1] += data
        else:
            words.append(data)
        self.after_term = "dfn" in self.open

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        hidden = ("script", "style")
        parts = [" ".join(said) for tag, said in self.said.items() if tag not in hidden]
        return " ".join(" ".join(parts).split())


def forecasts_of(case, draws=100):
    return [make_forecast(case, model, draws=draws) for model in (NashBargaining(), Mean())]


@pytest.fixture(scope="module")
def iran():
    case = open_case("iran-nuclear-2015")
    forecasts = forecasts_of(case)
    source = report_html(case, forecasts)
    return case, forecasts, source, Page(source)


def policy_of(page):
    (policy,) = [
        meta["content"]
        for meta in page.all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    return {part.split()[0]: part.split()[1:] for part in policy.split(";")}


def hashed(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_lets_in_only_the_pages_own_scripts_and_style(iran):
    _, _, source, page = iran
    policy = policy_of(page)
    assert policy["default-src"] == ["'none'"]
    assert "unsafe" not in str(policy)
    scripts = re.findall(r"<script>(.*?)</script>", source, re.DOTALL)
    assert policy["script-src"] == [hashed(text) for text in scripts]
    (style,) = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    assert policy["style-src"] == [hashed(style)]
    assert not any("style" in attributes for _, attributes in page.elements)
    assert not any(name.startswith("on") for _, found in page.elements for name in found)


def test_nothing_is_fetched_and_only_citations_link_out(iran):
    case, _, _, page = iran
    assert not any("src" in attributes for _, attributes in page.elements)
    assert page.all("link") == page.all("iframe") == page.all("base") == []
    urls = {document.url for document in case.documents}
    out = [a for a in page.all("a") if not a["href"].startswith("#")]
    assert out
    for link in out:
        assert link["href"] in urls
        assert link["rel"] == "noreferrer noopener"


def test_every_link_within_the_page_leads_somewhere(iran):
    _, _, _, page = iran
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for name in ("href", "aria-labelledby", "data-specification"):
        for _, attributes in page.elements:
            target = attributes.get(name, "")
            if target.startswith("#") or (name != "href" and target):
                assert target.removeprefix("#") in ids


@pytest.mark.parametrize("name", shipped_cases())
def test_the_report_of_every_shipped_case_is_small_and_whole(name, tmp_path):
    case = open_case(name)
    write_report(tmp_path / "report.html", case, forecasts_of(case, draws=30))
    source = (tmp_path / "report.html").read_text()
    assert len(source.encode()) < LIMIT
    page = Page(source)
    assert page.open == []
    for actor in case.actors:
        assert actor.name in page.text
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def poisoned(thing, payload):
    """``thing`` with ``payload`` put before every free text in it."""
    if isinstance(thing, tuple):
        return tuple(poisoned(part, payload) for part in thing)
    if not dataclasses.is_dataclass(thing) or isinstance(thing, Range):
        return thing
    changes = {}
    for field in dataclasses.fields(thing):
        if not field.init:
            continue
        value = getattr(thing, field.name)
        free = field.type is Text or (isinstance(thing, Case) and field.type is str)
        if free and field.name not in ("speaker", "outcome"):
            changes[field.name] = payload + value
        elif field.name == "labels":
            changes[field.name] = {key: payload + label for key, label in value.items()}
        elif field.name not in ("files", "folder"):
            changes[field.name] = poisoned(value, payload)
    return replace(thing, **changes)


@pytest.fixture(scope="module")
def clean():
    case = read_case(SPLIT_PIE)
    return Page(report_html(case, forecasts_of(case, 20)))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_in_every_field_stays_text(pie, clean, payload):
    case = poisoned(pie, payload)
    bad = Page(report_html(case, forecasts_of(case, 20)))
    for tag in ("script", "style", "img", "a", "figure", "table"):
        assert len(bad.all(tag)) == len(clean.all(tag)) - (tag == "a") * len(links(clean))
    assert not any(name.startswith("on") for _, found in bad.elements for name in found)
    assert " ".join(payload.replace("\u202e", "\N{REPLACEMENT CHARACTER}").split()) in bad.text
    assert "49" not in re.findall(r"\b\d+\b", " ".join(bad.said["h1"]))
    assert bad.open == []


def links(page):
    return [a for a in page.all("a") if not a["href"].startswith("#")]


def test_no_control_character_that_turns_text_reaches_the_page(pie):
    source = report_html(poisoned(pie, "a\u202eb\u2066c"), forecasts_of(poisoned(pie, "x"), 20)[:1])
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069") & set(source)


def test_the_pictures_specifications_are_json_that_cannot_end_their_element(pie):
    case = poisoned(pie, "</script><!--")
    source = report_html(case, forecasts_of(case, 20))
    found = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', source, re.DOTALL)
    assert len(found) == 1 + len(Page(source).all("figure"))
    for text in found:
        assert json.loads(text)
        assert "<" not in text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "x y", "http:"]
)
def test_an_address_that_is_not_of_the_web_is_no_link(pie, url):
    assert web_address(url) == ""
    case = replace(pie, documents=tuple(replace(d, url=url) for d in pie.documents))
    assert links(Page(report_html(case))) == []


def test_the_same_input_makes_the_same_bytes_in_any_process(pie, split_pie, tmp_path):
    code = (
        "import sys; from winset import *; from winset.models import *; "
        "from winset.report import write_report; case = open_case(sys.argv[1]); "
        "write_report(sys.argv[2], case, [make_forecast(case, Mean(), draws=20)])"
    )
    out = tmp_path / "other.html"
    subprocess.run([sys.executable, "-c", code, str(split_pie), str(out)], check=True)
    forecast = make_forecast(pie, Mean(), draws=20)
    assert out.read_text() == report_html(pie, [forecast]) == report_html(pie, [forecast])


def test_every_picture_has_words_for_it_and_a_table_twin(iran):
    case, forecasts, source, page = iran
    figures = page.all("figure")
    for issue in case.issues:
        own = [f for f in figures if f["aria-labelledby"].startswith(f"figure-{issue.id}-")]
        assert len(own) >= 1 + len(forecasts)
    pictures = [div for div in page.all("div") if div.get("role") == "img"]
    assert len(pictures) == len(figures)
    assert all(len(picture["aria-label"]) > 40 for picture in pictures)
    for figure in re.findall(r"<figure.*?</figure>", source, re.DOTALL):
        assert "<table" in figure
        assert "<figcaption" in figure


def test_the_page_has_landmarks_headings_in_order_and_named_columns(iran):
    _, _, _, page = iran
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(page.all(landmark)) == 1
    assert page.all("html")[0]["lang"] == "en-GB"
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all("scope" in heading for heading in page.all("th"))
    for section in page.all("section"):
        assert section["aria-labelledby"]


def test_every_answer_and_every_doubt_stands_in_the_page(iran):
    case, forecasts, _, page = iran
    for forecast in forecasts:
        found = look_behind(case, forecast)
        said = answers(case, forecast, found)
        for answer in (*said, *issue_answers(case, forecast, found)):
            assert " ".join(answer.sentence.split()) in page.text
    for doubt in doubts(case):
        assert doubt.code in page.text
    for question in case.questions:
        assert question.text in page.text


def test_from_every_stance_one_can_walk_to_what_it_rests_on(pie):
    page = Page(report_html(pie))
    names = {actor.id: actor.name for actor in pie.actors}
    cited = {id for stance in pie.stances for id in stance.statements}
    for statement in pie.statements:
        if statement.id not in cited:
            continue
        document = next(d for d in pie.documents if d.id == statement.document)
        said = f"characters {statement.start} to {statement.end}; coder {statement.coder}"
        assert said in page.text
        assert (document.title or document.id) in page.text
        assert names.get(statement.speaker, "") in page.text
        assert statement.note in page.text
    for stance in pie.stances:
        assert stance.note in page.text


def test_a_kept_text_is_not_shown_unless_its_statement_quotes_it(pie, split_pie):
    text = next((split_pie / "documents").iterdir()).read_text()
    statement = pie.statements[0]
    span = text[statement.start : statement.end]
    assert span not in Page(report_html(pie)).text
    quoting = replace(pie, statements=(replace(statement, quote=span), *pie.statements[1:]))
    assert " ".join(span.split()) in Page(report_html(quoting)).text


@pytest.mark.parametrize("scenario", [None, "new-sanctions"])
def test_the_command_and_the_python_shown_make_the_forecast_again(scenario, tmp_path):
    case = open_case("iran-nuclear-2015")
    model = Mean(weights="salience")
    forecast = make_forecast(case, model, draws=40, seed=7, scenario=scenario)
    program, *arguments = shlex.split(command_line(case, forecast))
    assert program == "winset"
    out = tmp_path / "again.npz"
    done = CliRunner().invoke(cli, [*arguments, "--save", str(out)])
    assert done.exit_code == 0, done.output
    assert np.array_equal(load_forecast(out).settlement, forecast.settlement)
    code = python_lines(case, forecast).replace("make_forecast(case", "made = make_forecast(case")
    space = {}
    exec(code, space)
    assert np.array_equal(space["made"].settlement, forecast.settlement)
    page = Page(report_html(case, [forecast]))
    assert command_line(case, forecast) in page.text
    for value in (forecast.made.case_digest, f"winset {version('winset')}", str(forecast.draws)):
        assert value in page.text


def test_what_a_model_assumes_is_told_in_its_own_words(iran):
    _, _, _, page = iran
    for model in ("mean", "nash"):
        told = assumptions(make_model(model))
        assert len(told) == 2
        assert told[1].startswith("Assumes")
        assert told[1].split("``")[0] in page.text


def test_a_forecast_of_another_state_of_the_case_is_marked_as_such(pie):
    forecast = make_forecast(pie, Mean(), draws=20)
    edited = replace(pie, summary="Edited.")
    page = Page(report_html(edited, [forecast]))
    assert "the case has changed" in page.text
    assert "has changed" not in Page(report_html(pie, [forecast])).text


def test_a_case_without_forecasts_still_shows_its_coding(pie):
    page = Page(report_html(pie))
    assert "No forecast yet" in page.text
    assert len(page.all("figure")) == len(pie.issues)


def test_a_bare_case_makes_a_report():
    case = Case(title="Bare", as_of=datetime.date(2020, 1, 1))
    page = Page(report_html(case))
    assert "Bare" in page.text
    assert page.all("figure") == []
