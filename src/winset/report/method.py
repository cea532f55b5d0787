"""How a forecast came about: what its model assumes, and how to make it again."""

import inspect
import shlex

from winset.case.model import Case
from winset.case.scenarios import BASE
from winset.forecast.forecast import Forecast
from winset.models import MODELS, make_model, parameters


def assumptions(model: str) -> tuple[str, ...]:
    """Return what the model says of itself: its idea, and the paragraphs of what it assumes.

    >>> assumptions("mean")[1].split(",")[0][:44]
    'Assumes that everyone is heard in proportion'
    """
    if model not in MODELS:
        return ()
    text = inspect.cleandoc(MODELS[model].__doc__ or "")
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return tuple(
        paragraph
        for k, paragraph in enumerate(paragraphs)
        if k == 0 or paragraph.startswith(("Assumes", "Assumptions"))
        or " Assumes " in paragraph
    )  # fmt: skip


def command_line(case: Case, forecast: Forecast) -> str:
    """Return the command that makes ``forecast`` again."""
    made = forecast.made
    words = ["winset", "forecast", _folder(case), "--model", made.model]
    usual = parameters(make_model(made.model)) if made.model in MODELS else {}
    for name, value in made.parameters.items():
        if value is not None and value != usual.get(name):
            words += ["--set", f"{name}={value}"]
    words += ["--draws", str(forecast.draws), "--seed", str(made.seed)]
    if made.scenario != BASE:
        words += ["--scenario", made.scenario]
    if made.calibration is None:
        words.append("--raw")
    return shlex.join(words)


def python_lines(case: Case, forecast: Forecast) -> str:
    """Return the Python that makes ``forecast`` again, every parameter written out."""
    made = forecast.made
    scenario = "" if made.scenario == BASE else f", scenario={made.scenario!r}"
    raw = ", raw=True" if made.calibration is None else ""
    return "\n".join(
        [
            "from winset import make_forecast, make_model, open_case",
            "",
            f"model = make_model({made.model!r}, {made.parameters!r})",
            f"case = open_case({_folder(case)!r})  # digest {made.case_digest[:12]}",
            f"make_forecast(case, model, draws={forecast.draws}, seed={made.seed}{scenario}{raw})",
        ]
    )


def _folder(case: Case) -> str:
    return "CASE" if case.folder is None else case.folder.name
