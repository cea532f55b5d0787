"""What every shipped case says under every model that fits, in numbers.

python tests/golden_forecasts.py    writes them anew, which a change of a model has to say why
"""

import json
from pathlib import Path

import winset
from winset.models import fitting_models

FILE = Path(__file__).parent / "golden" / "forecasts.json"
DRAWS = 100


def numbers() -> dict[str, dict[str, list[float | None]]]:
    """Return chance of an agreement, mean and quantiles by case, model and issue."""
    table: dict[str, dict[str, list[float | None]]] = {}
    for name in winset.shipped_cases():
        case = winset.open_case(name)
        for model in fitting_models(case):
            for raw in (True, False):
                forecast = winset.make_forecast(case, model, draws=DRAWS, raw=raw)
                table[f"{name}, {model.name}, {'raw' if raw else 'calibrated'}"] = {
                    entry.issue: [entry.agreement, entry.mean, *entry.quantiles.values()]
                    for entry in forecast.summary()
                }
    return table


if __name__ == "__main__":
    FILE.write_text(json.dumps(numbers(), indent=1) + "\n", "utf-8")
