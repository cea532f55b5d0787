"""The report on a case as one page: what it contains."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from winset.case.assumed import assumed_sentence
from winset.case.certainty import points_sentence
from winset.case.folder import write_file
from winset.case.model import Case
from winset.case.parts import Issue
from winset.case.scenarios import BASE
from winset.charts.blame import who_blocks
from winset.charts.difference import scenario_differences
from winset.charts.outcome import outcome
from winset.charts.ratification import ratification
from winset.charts.strip import position_strip
from winset.charts.tree import game_tree
from winset.charts.view import View
from winset.errors import check_ending
from winset.evidence.doubts.checks import doubts
from winset.explain.answers import Answer, answers, calibration_sentence, issue_answers
from winset.explain.background import Findings, look_behind
from winset.explain.headline import Headline, headline
from winset.forecast.forecast import Forecast, what_changed
from winset.forecast.scenario_effects import compare
from winset.games import PlayedGame
from winset.models import default_model, lesser_sentence
from winset.models.defaults import DRAWS
from winset.report import words
from winset.report.document import document, figure
from winset.report.evidence import loose_statements, stance_rows, statement_rows
from winset.report.method import assumptions, command_line, python_lines
from winset.report.rounds import power_views, rounds_views, within_room


def write_report(path: str | Path, case: Case, forecasts: Sequence[Forecast] = ()) -> None:
    """Write the report on ``case`` and ``forecasts`` to ``path``, whole or not at all.

    Raises:
        CaseError: when a game of the case does not hold together.
        WinsetError: when ``path`` does not end in ``.html`` or ``.htm``.
    """
    check_ending(path, (".html", ".htm"), what="the report")
    write_file(Path(path), report_html(case, forecasts).encode())


def report_html(case: Case, forecasts: Sequence[Forecast] = ()) -> str:
    """Return the report as one HTML document: the same input always gives the same text.

    It shows what lies behind the first forecast: winsets, who blocks, games, and what the scenarios
    of the case do.

    Args:
        case: what the forecasts were made of.
        forecasts: the first one leads; without any the report shows the coding alone.

    Raises:
        CaseError: when a game of the case does not hold together.
    """
    behind = [look_behind(case, forecast, structure=True) for forecast in forecasts]
    headlines = [headline(case, f, findings) for f, findings in zip(forecasts, behind, strict=True)]
    rounds, left_out = within_room([rounds_views(case, forecast) for forecast in forecasts])
    return document(
        "report.html.j2",
        case=case,
        forecasts=forecasts,
        label=_label,
        warnings=[
            f"{_label(forecast)}: {difference}"
            for forecast in forecasts
            for difference in what_changed(forecast, case)
        ],
        headlines=headlines,
        questions=_by_question(
            [answers(case, f, findings) for f, findings in zip(forecasts, behind, strict=True)]
        ),
        issues=[_issue(case, issue, forecasts, behind) for issue in case.issues],
        rounds={issue.id: _rounds(case, issue, forecasts, rounds) for issue in case.issues},
        left_out=left_out,
        games=[_game(played) for played in behind[0].games.values()] if behind else [],
        differences=[figure(view) for view in _differences(case, forecasts)],
        loose=loose_statements(case),
        statements=lambda ids: statement_rows(case, ids),
        doubts=doubts(case),
        caveats=_caveats(case, forecasts),
        chance_note=_chance_note(headlines),
        methods=[_method(case, forecast) for forecast in forecasts],
        digest=case.digest,
    )


def _game(played: PlayedGame) -> dict[str, Any]:
    """Return the tree of a game, and how it ends."""
    notes = {end.id: end.note or end.id for end in played.game.ends}
    ends = [(notes[id], value) for id, value in played.ends().items()]
    return {"tree": figure(game_tree(played)), "ends": ends}


def _caveats(case: Case, forecasts: Sequence[Forecast]) -> list[str]:
    """Return what the reader must know of the case before its forecasts, as sentences."""
    lesser = forecasts and all(forecast.made.model == default_model(case) for forecast in forecasts)
    caveats = (
        assumed_sentence(case), points_sentence(case), lesser_sentence(case) if lesser else "",
    )  # fmt: skip
    return [sentence for sentence in caveats if sentence]


def _chance_note(headlines: Sequence[Headline]) -> str:
    if not headlines:
        return ""
    first = headlines[0]
    return words.chance_note(
        [f"{varied.name} {varied.range}" for varied in first.over], yardstick=first.yardstick
    )


def _label(forecast: Forecast) -> str:
    scenario = forecast.made.scenario
    return words.label(forecast.made.model, "" if scenario == BASE else scenario)


def _by_question(by_forecast: Sequence[tuple[Answer, ...]]) -> list[tuple[Answer, ...]]:
    """Return the answers of all forecasts together, question by question."""
    return list(zip(*by_forecast, strict=True))


def _issue(
    case: Case, issue: Issue, forecasts: Sequence[Forecast], behind: Sequence[Findings]
) -> dict[str, Any]:
    """Return everything that the page has on one issue."""
    covering = [forecast for forecast in forecasts if issue.id in forecast.issues]
    views = [position_strip(case, issue.id)] if case.stances_on(issue.id) else []
    views += [outcome(forecast, issue.id, case=case, states=not views) for forecast in covering]
    deep = next((findings for findings in behind if findings.curves is not None), None)
    bindings = []
    if deep is not None:
        views += [
            ratification(deep, issue.id, case=case, states=False),
            who_blocks(deep, issue.id, case=case),
        ]
        bindings = [binding.words for binding in deep.bindings if binding.issue == issue.id]
    return {
        "issue": issue,
        "answers": [
            answer
            for forecast, findings in zip(forecasts, behind, strict=True)
            for answer in issue_answers(case, forecast, findings)
            if answer.id == issue.id
        ],
        "bindings": bindings,
        "views": [figure(view) for view in views],
        "stances": stance_rows(case, issue.id),
    }


def _rounds(
    case: Case,
    issue: Issue,
    forecasts: Sequence[Forecast],
    played: Sequence[dict[str, list[View]]],
) -> list[dict[str, Any]]:
    """Return the pictures folded away on one issue: how the rounds of each forecast went."""
    parts = [
        (words.rounds_title(_label(forecast)), views[issue.id])
        for forecast, views in zip(forecasts, played, strict=True)
        if views.get(issue.id)
    ]
    if parts:
        parts.insert(0, (words.POWER, power_views(case, issue.id)))
    return [{"title": title, "views": [figure(v) for v in views]} for title, views in parts]


def _method(case: Case, forecast: Forecast) -> dict[str, Any]:
    return {
        "forecast": forecast,
        "assumptions": assumptions(forecast.model),
        "calibration": calibration_sentence(forecast),
        "command": command_line(case, forecast),
        "python": python_lines(case, forecast),
    }


def _differences(case: Case, forecasts: Sequence[Forecast]) -> list[View]:
    """Return what each scenario of ``case`` changes, if the first forecast is of the base case."""
    if not forecasts or not case.scenarios or forecasts[0].made.scenario != BASE:
        return []
    provenance = forecasts[0].made
    comparison = compare(
        case,
        forecasts[0].model,
        [BASE, *(scenario.id for scenario in case.scenarios)],
        draws=min(forecasts[0].draws, DRAWS),
        seed=provenance.seed,
    )
    return [scenario_differences(comparison, issue.id, case=case) for issue in case.issues]
