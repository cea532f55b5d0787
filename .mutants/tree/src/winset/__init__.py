"""winset: political negotiations as computable, source-anchored cases.

The names below are the library's front door; each is imported when it is first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winset.case.folder import read_case, write_case
    from winset.case.model import Case
    from winset.case.ranges import Range, parse_range
    from winset.case.scenarios import apply_scenario
    from winset.case.shipped import open_case, shipped_cases
    from winset.errors import CaseError, WinsetError
    from winset.forecast.forecast import Forecast, load_forecast, make_forecast
    from winset.forecast.scenario_effects import compare
    from winset.models import MODELS, make_model
    from winset.models.batch import Batch, sample

_HOMES = {
    "Batch": "winset.models.batch",
    "Case": "winset.case.model",
    "CaseError": "winset.errors",
    "Forecast": "winset.forecast.forecast",
    "MODELS": "winset.models",
    "Range": "winset.case.ranges",
    "WinsetError": "winset.errors",
    "apply_scenario": "winset.case.scenarios",
    "compare": "winset.forecast.scenario_effects",
    "load_forecast": "winset.forecast.forecast",
    "make_forecast": "winset.forecast.forecast",
    "make_model": "winset.models",
    "open_case": "winset.case.shipped",
    "parse_range": "winset.case.ranges",
    "read_case": "winset.case.folder",
    "sample": "winset.models.batch",
    "shipped_cases": "winset.case.shipped",
    "write_case": "winset.case.folder",
}

__all__ = [
    "MODELS",
    "Batch",
    "Case",
    "CaseError",
    "Forecast",
    "Range",
    "WinsetError",
    "apply_scenario",
    "compare",
    "load_forecast",
    "make_forecast",
    "make_model",
    "open_case",
    "parse_range",
    "read_case",
    "sample",
    "shipped_cases",
    "write_case",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module “winset” has no attribute “{name}”")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
