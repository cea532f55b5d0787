"""A forecast as JSON: `docs/forecast.schema.json` describes it."""

from typing import Any

from winset.answers import answers
from winset.case.model import Case
from winset.cli.printing import jsonable
from winset.forecast import Forecast


def forecast_json(case: Case, forecast: Forecast) -> dict[str, Any]:
    """Return what the forecast says, numbers unrounded."""
    issues = []
    for said in forecast.summary():
        plain = jsonable(said)
        plain["quantiles"] = [
            {"share": share, "value": jsonable(value)} for share, value in said.quantiles.items()
        ]
        issues.append(plain)
    return {
        "made": jsonable(forecast.made),
        "draws": forecast.draws,
        "issues": issues,
        "answers": jsonable(answers(case, forecast)),
    }
