"""How a forecast was made: what its model assumes, and how to make it again."""

import inspect
import shlex
from typing import Any

from winset.case.model import Case
from winset.case.scenarios import BASE
from winset.forecast.forecast import Forecast
from winset.models import Model, parameters


def assumptions(model: Model) -> tuple[str, ...]:
    """Return the idea of the model and the paragraphs on its assumptions, from its docstring.

    >>> assumptions(make_model("mean"))[1].split(",")[0][:44]
    'Assumes that everybody is heard in proportio'
    """
    text = inspect.cleandoc(type(model).__doc__ or "")
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return tuple(
        paragraph
        for k, paragraph in enumerate(paragraphs)
        if k == 0 or paragraph.startswith(("Assumes", "Assumptions"))
        or " Assumes " in paragraph
    )  # fmt: skip


def command_line(case: Case, forecast: Forecast) -> str:
    """Return the command that makes ``forecast`` again."""
    provenance = forecast.made
    words = ["winset", "forecast", _folder(case), "--model", provenance.model]
    usual = _usual(forecast.model)
    for name, value in provenance.parameters.items():
        if value is not None and value != usual.get(name):
            words += ["--set", f"{name}={value}"]
    words += ["--draws", str(forecast.draws), "--seed", str(provenance.seed)]
    if provenance.scenario != BASE:
        words += ["--scenario", provenance.scenario]
    if provenance.calibration is None:
        words.append("--raw")
    return shlex.join(words)


def _usual(model: Model) -> dict[str, Any]:
    """Return the parameters as they come; none of a model that cannot be made without any."""
    try:
        return parameters(type(model)())
    except TypeError:
        return {}


def python_lines(case: Case, forecast: Forecast) -> str:
    """Return the Python that makes ``forecast`` again, every parameter written out."""
    provenance = forecast.made
    scenario = "" if provenance.scenario == BASE else f", scenario={provenance.scenario!r}"
    raw = ", raw=True" if provenance.calibration is None else ""
    imports = ["from winset import make_forecast, make_model, open_case"]
    find = "make_model"
    if ":" in provenance.model:  # a model of one's own, by its import path
        find = "find_model"
        imports = [
            "from winset import make_forecast, open_case",
            "from winset.models import find_model",
        ]
    return "\n".join(
        [
            *imports,
            "",
            f"model = {find}({provenance.model!r}, {provenance.parameters!r})",
            f"case = open_case({_folder(case)!r})  # digest {provenance.case_digest[:12]}",
            f"make_forecast(case, model, draws={forecast.draws}, seed={provenance.seed}"
            f"{scenario}{raw})",
        ]
    )


def _folder(case: Case) -> str:
    return "CASE" if case.folder is None else case.folder.name
