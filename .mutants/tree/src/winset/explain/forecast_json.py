"""A forecast as JSON: `docs/forecast.schema.json` describes it."""

from typing import Any

from winset.case.model import Case
from winset.explain.answers import answers
from winset.explain.background import Findings
from winset.explain.headline import headline
from winset.forecast.forecast import Forecast
from winset.forecast.jsonable import jsonable


def forecast_json(case: Case, forecast: Forecast, findings: Findings) -> dict[str, Any]:
    """Return the forecast as plain JSON values, numbers unrounded."""
    issues = []
    for summary in forecast.summary():
        plain = jsonable(summary)
        plain["quantiles"] = [
            {"share": share, "value": jsonable(value)} for share, value in summary.quantiles.items()
        ]
        issues.append(plain)
    blame = findings.blame
    return {
        "headline": jsonable(headline(case, forecast, findings)),
        "made": jsonable(forecast.made),
        "draws": forecast.draws,
        "issues": issues,
        "bindings": jsonable(findings.bindings),
        "blame": None
        if blame is None
        else [
            {
                "issue": issue,
                "failing": jsonable(float(blame.failing[k])),
                "misjudged": jsonable(float(blame.misjudged[k])),
                "actors": [
                    {
                        "actor": actor,
                        "share": jsonable(float(blame.actor[i, k])),
                        "error": jsonable(float(blame.error[i, k])),
                    }
                    for i, actor in enumerate(findings.actors)
                ],
            }
            for k, issue in enumerate(forecast.issues)
        ],
        "ends": {
            name: {end: jsonable(value) for end, value in played.ends().items()}
            for name, played in findings.games.items()
        },
        "games": {
            name: {action: jsonable(value) for action, value in played.summary().items()}
            for name, played in findings.games.items()
        },
        "answers": jsonable(answers(case, forecast, findings)),
    }
