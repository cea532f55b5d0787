"""The report on a backtest: one file, safe, complete, and every decision within reach."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import sync_playwright

import pictures
from any_decisions import made_up, read
from unmarked import unmarked
from winset.case.shipped import shipped_cases
from winset.charts.backtest import CHOSEN, forecast_against_outcome, scores_by_model
from winset.charts.canvas import WIDTHS
from winset.charts.decision import ACTORS, MODELS, OUTCOME, decision_view, model_names
from winset.charts.honesty import coverage, events_reliability, transforms
from winset.charts.render import rendered
from winset.charts.theme import DARK, LIGHT
from winset.cli import cli
from winset.errors import WinsetError
from winset.formats.decisions import read_decisions
from winset.models import Exchange, Mean, Median, NashBargaining, ReversionPoint, TwoLevel
from winset.report.backtest import backtest_html, write_backtest_report
from winset.track_record.backtest import run_backtest
from winset.track_record.backtest_words import (
    gain,
    interval_coverage,
    probability_transforms,
    verdict,
)
from winset.track_record.model_table import standings
from winset.track_record.resolved_questions import score_events

DEV = Path(__file__).parents[2] / "shared" / "data" / "deu" / "dev.csv"
CHROMIUM = Path("/usr/bin/chromium")
PAYLOADS = (
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "x' onload='y",
    "{{7*7}}{% raw %}", "</style>", "<!--", "&lt;b&gt;", "=1+1",
)  # fmt: skip
MODELS_USED = (Mean(), Median(), ReversionPoint(), Exchange())


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    return read(tmp_path_factory.mktemp("trees"), made_up(22, 2))


@pytest.fixture(scope="module")
def run(trees):
    return run_backtest(trees, MODELS_USED, draws=300)


@pytest.fixture(scope="module")
def page(trees, run):
    return backtest_html(run, trees)


def own(page):
    """Return the page without its scripts and style."""
    return re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.S)


def inside(page, id):
    return json.loads(re.search(rf'id="{id}">(.*?)</script>', page, re.S)[1])


def test_the_page_runs_its_own_scripts_alone_and_asks_nobody_for_anything(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    policy = policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert len(scripts) == 4
    for text in [*scripts, *re.findall(r"<style>(.*?)</style>", page, re.S)]:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", own(page))
    assert " style=" not in own(page) and not re.search(r"\son\w+=", own(page))


def test_the_same_run_gives_the_same_page(trees, run, page):
    assert backtest_html(run, trees) == page


def test_the_page_leads_with_who_is_best_and_whether_that_can_be_told(run, page):
    found = verdict(run)
    answers = page[page.index('id="answers"') : page.index('id="models"')]
    for sentence in found.sentences:
        assert sentence.split("“")[0][:40] in answers
    text = " ".join(found.sentences)
    assert "tell apart" in text and "80 % intervals hold" in text
    assert "Calibrating" in text


def test_with_few_groups_nothing_is_said_to_be_better(tmp_path):
    few = read(tmp_path, made_up(6, 2))
    found = run_backtest(few, MODELS_USED, draws=100)
    text = " ".join(verdict(found).sentences)
    assert "rests on 6 groups" in text and "can tell apart" not in text
    page = backtest_html(found, few)
    assert "too few groups" in page and ">worse<" not in page and ">better<" not in page


def test_every_chart_is_there_with_its_table(page):
    specifications = re.findall(r'data-specification="([^"]+)"', own(page))
    assert specifications == [f"specification-{name}" for name in (
        "score-1", "score-2", "honesty-1", "honesty-2", "scatter", "detail"
    )]  # fmt: skip
    for name in specifications:
        assert all(frame["layer"] for frame in inside(page, name)["frames"].values())
    assert page.count("The same as a table") == len(specifications)


def test_every_decision_has_a_row_and_its_actors_models_and_outcome_in_the_page(trees, run, page):
    data = inside(page, "data")
    assert len(data) == 44 == page.count("<tr data-number=")
    for decision, said in zip(trees.decisions, data, strict=True):
        assert said["i"] == decision.id and said["o"] == decision.outcome
        assert {a[0]: a[1] for a in said["a"]} == {
            s.actor: s.position.low for s in decision.case.stances
        }
        assert sum(a[4] for a in said["a"]) == pytest.approx(1.0, abs=0.01)
        rows = {r.model: r for r in run.rows if r.decision == decision.id and r.calibrated}
        for name, point, low, high, _ in said["m"]:
            assert point == pytest.approx(rows[name].calibrated.point, abs=0.051)
            assert (low, high) == pytest.approx(rows[name].calibrated.intervals[1], abs=0.051)


def test_what_no_model_could_say_is_told(page):
    assert "reversion, 22 decisions: model “reversion” needs a reversion point" in unmarked(page)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_titles_of_any_text_stay_text(tmp_path, payload):
    rows = ["issue;actor;position;outcome;group;title"]
    for issue in ("a", "b"):
        rows += [f'{issue};"{payload}";10;20;"{payload}{issue}";"{payload}"',
                 f'{issue};other;90;20;"{payload}{issue}";"{payload}"']  # fmt: skip
    decisions = read(tmp_path, "\n".join(rows))
    page = backtest_html(run_backtest(decisions, [Mean()], draws=20), decisions)
    if any(character in payload for character in "<>"):
        assert payload not in own(page)
    assert len(re.findall(r"<script>", page)) == 4
    assert "<img" not in own(page) and "49{% raw" not in page
    assert inside(page, "data")[0]["t"] == payload


def test_a_run_of_other_decisions_is_refused(tmp_path, run, trees):
    other = read(tmp_path, made_up(2, 2))
    with pytest.raises(
        WinsetError, match="must be the decisions that the backtest was run on; found others"
    ):
        write_backtest_report(tmp_path / "report.html", run, other)
    assert not (tmp_path / "report.html").exists()


def test_a_run_in_which_nothing_settled_still_has_a_page(tmp_path):
    rows = ["issue,actor,position,outcome", "a,x,1,2", "a,y,3,2"]
    decisions = read(tmp_path, "\n".join(rows))
    found = run_backtest(decisions, [NashBargaining()], draws=20)
    page = backtest_html(found, decisions)
    assert "No model that looks at the case settled any decision" in unmarked(page)
    assert verdict(found) is None and 'id="data"' in page


def test_events_come_with_their_diagram_and_with_how_few_they_are(tmp_path):
    decisions = read_decisions(shipped_cases()["iran-nuclear-2015"])
    models = [TwoLevel(), Mean()]
    found = run_backtest(decisions, models, draws=100)
    events = score_events(decisions, models, draws=100)
    page = backtest_html(found, decisions, events)
    assert "Too few to tell models apart" in page and 'id="specification-events-1"' in page
    view = events_reliability(events.models[0], thin=True)
    assert (
        "too few" in view.caption and sum(r[2] for r in view.table.rows) == events.models[0].count
    )
    assert 'href="#events"' not in backtest_html(found, decisions)


@pytest.mark.slow
def test_the_command_writes_the_report_of_a_folder_of_cases(tmp_path):
    source = Path(__file__).parents[1] / "src" / "winset" / "case" / "shipped"
    done = CliRunner().invoke(
        cli, ["backtest", str(source), "--draws", "100", "--report", str(tmp_path / "report.html")]
    )
    assert done.exit_code == 0, done.output
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "emission-standards/delay" in page and "iran-syria-2015" in page
    assert 'id="specification-events-1"' in page


@pytest.mark.slow
def test_charts_are_drawn_in_either_theme(trees, run):
    said = [row for row in run.rows if row.decision == trees.decisions[0].id]
    for view in (
        scores_by_model(run, "crps"), forecast_against_outcome(run, trees, "mean"),
        coverage(run, "mean"), transforms(run, "mean"),
        decision_view(trees.decisions[0], said, model_names(run)),
    ):  # fmt: skip
        assert rendered(view, ".png")[:4] == b"\x89PNG"
        assert view.table.rows and view.description and view.caption
        for width, theme in zip(WIDTHS, (LIGHT, DARK) * 2, strict=True):
            svg = rendered(view, ".svg", theme=theme, width=width).decode()
            assert [said for font in pictures.fonts() for said in pictures.faults(svg, font)] == []


def test_charts_say_what_the_numbers_say(trees, run):
    table = {row[0]: row for row in scores_by_model(run, "error").table.rows}
    for standing in standings(run, "calibrated"):
        assert table[standing.model][2] == pytest.approx(standing.error.value)
    scatter = forecast_against_outcome(run, trees, "mean")
    assert len(scatter.table.rows) == 44
    assert scatter.chart.to_dict()["params"][0]["name"] == CHOSEN
    said = [row for row in run.rows if row.decision == trees.decisions[0].id]
    chart = decision_view(trees.decisions[0], said, model_names(run)).chart.to_dict()
    names = [layer.get("data", {}).get("name") for layer in chart["layer"]]
    assert {ACTORS, MODELS, OUTCOME} <= set(names)


def test_transforms_put_every_outcome_somewhere_once(run):
    groups, placed = probability_transforms(run, "mean")
    assert placed.shape == (44, 10) and len(groups) == 44
    assert placed.sum(axis=1) == pytest.approx(1.0) and placed.min() >= 0.0
    certain = replace(run.of("mean")[0].calibrated, grid=(50.0,) * 100)
    rows = [replace(run.of("mean")[0], outcome=y, calibrated=certain) for y in (0.0, 50.0, 100.0)]
    below, same, above = probability_transforms(replace(run, rows=tuple(
        replace(row, decision=str(k)) for k, row in enumerate(rows))), "mean")[1]  # fmt: skip
    assert below[0] == pytest.approx(1.0) and above[-1] == pytest.approx(1.0)
    assert same == pytest.approx(0.1)


def test_coverage_rises_with_the_interval_and_agrees_with_the_standings(run):
    found = dict(interval_coverage(run, "mean"))
    values = [found[share].value for share in sorted(found)]
    assert values == sorted(values)
    standing = next(s for s in standings(run, "calibrated") if s.model == "mean")
    assert found[0.8].value == pytest.approx(standing.coverage[1].value, abs=0.05)


def test_what_calibrating_earns_is_paired(run):
    rows = run.of("median")
    apart = [row.calibrated.crps - row.raw.crps for row in rows]
    assert gain(run, "median", "crps").value == pytest.approx(sum(apart) / len(apart))
    assert gain(run, "two-level", "crps") is None


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page, "utf-8")
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.said = []
    tab.on("console", lambda message: tab.said.append(message.text))
    tab.on("pageerror", lambda error: tab.said.append(str(error)))
    tab.goto(f"{path.as_uri()}#decision=4")
    tab.wait_for_function("document.querySelectorAll('.chart.drawn').length === 6")
    yield tab
    assert tab.said == []
    tab.close()


DRAWN = "document.getElementById('detail-chart').view"


def shown_outcome(tab):
    tab.wait_for_function(f"{DRAWN} !== undefined")
    return tab.evaluate(f"{DRAWN}.data('outcome')[0].x")


def test_a_decision_is_chosen_from_the_address_a_point_or_the_keyboard(opened, trees):
    assert opened.inner_text("#detail-title").startswith(trees.decisions[3].id)
    assert shown_outcome(opened) == trees.decisions[3].outcome
    # The keyboard: focus a row, Enter, then the arrows.
    opened.focus("#issues tbody tr:nth-child(6) button")
    opened.keyboard.press("Enter")
    assert opened.inner_text("#detail-title").startswith(trees.decisions[5].id)
    opened.keyboard.press("ArrowDown")
    assert opened.inner_text("#detail-title").startswith(trees.decisions[6].id)
    assert opened.evaluate("document.activeElement.textContent") == trees.decisions[6].id
    assert opened.url.endswith("#decision=7")
    assert shown_outcome(opened) == trees.decisions[6].outcome
    opened.click("#before")
    assert opened.inner_text("#detail-title").startswith(trees.decisions[5].id)
    # A point: the ring goes where it was clicked.
    points = opened.locator('[data-specification="specification-scatter"] .mark-symbol path')
    points.nth(11).click(force=True)
    opened.wait_for_function("location.hash === '#decision=12'")
    chart = "document.querySelector('[data-specification=\"specification-scatter\"]').view"
    assert opened.evaluate(f"{chart}.signal('chosen')") == 11
    actors = opened.evaluate(f"{DRAWN}.data('actors').map((row) => [row.name, row.at])")
    assert dict(map(tuple, actors)) == {
        s.actor: s.position.low for s in trees.decisions[11].case.stances
    }
    assert opened.inner_text("#issues tr.chosen th") == trees.decisions[11].id


def test_the_table_is_searched_and_sorted(opened):
    opened.fill("#find", "i3-1 forest")
    assert opened.inner_text("#found") == "1 of 44"
    assert opened.locator("#issues tbody tr:visible").count() == 1
    opened.fill("#find", "")
    error = opened.locator("#issues thead th").nth(8)
    for order, reverse in (("ascending", False), ("descending", True)):
        error.locator("button").click()
        assert error.get_attribute("aria-sort") == order
        found = [
            int(text) for text in opened.locator("#issues tbody td:last-child").all_inner_texts()
        ]
        assert found == sorted(found, reverse=reverse)


@pytest.mark.parametrize("width", [1280, 480])
def test_no_page_is_wider_than_its_window(opened, width):
    opened.set_viewport_size({"width": width, "height": 900})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_on_the_page_bars_anybody(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    # Axe brings its own script, which the policy of the page rightly refuses: it is let in.
    context = opened.context.browser.new_context(bypass_csp=True)
    tab = context.new_page()
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        tab.goto(opened.url)
        tab.wait_for_function("document.querySelectorAll('.chart.drawn').length === 6")
        found = axe.Axe().run(tab).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    context.close()


@pytest.mark.skipif(not DEV.exists(), reason="needs ../shared/data/deu")
def test_the_report_on_the_development_collection_can_be_sent_by_post(tmp_path):
    decisions = read_decisions(DEV)
    found = run_backtest(decisions, [Mean(), Median()], draws=200)
    write_backtest_report(tmp_path / "report.html", found, decisions)
    assert (tmp_path / "report.html").stat().st_size < 3_000_000
