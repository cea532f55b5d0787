"""All models, by the name that the command line and saved forecasts use."""

import dataclasses
from typing import Any, get_args, get_type_hints

from winset.case.model import Case
from winset.case.ranges import Range, parse_range
from winset.errors import WinsetError, nearest, shorten
from winset.models.bargaining import NashBargaining
from winset.models.base import Model
from winset.models.batch import sample
from winset.models.central import Constant, Mean, Median, ReversionPoint
from winset.models.exchange import Exchange
from winset.models.expected_utility import ExpectedUtility
from winset.models.fitting import FULL, LESSER, lacks
from winset.models.spatial import SpatialPolitics
from winset.models.two_level.model import TwoLevel

MODELS: dict[str, type[Model]] = {
    model.name: model
    for model in (
        TwoLevel,
        Mean,
        Median,
        NashBargaining,
        ExpectedUtility,
        SpatialPolitics,
        Exchange,
        ReversionPoint,
        Constant,
    )
}


def make_model(name: str, settings: dict[str, Any] | None = None) -> Model:
    """Return the model ``name`` with ``settings``; texts are read as the parameter's own type.

    Raises:
        WinsetError: for an unknown model or parameter, or a value that the parameter refuses.

    >>> make_model("mean", {"weights": "none"})
    Mean(weights='none')
    """
    if name not in MODELS:
        raise WinsetError(f"no model “{name}”; {nearest(name, MODELS)}")
    kind: Any = MODELS[name]
    hints = get_type_hints(kind)
    known = {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    values = {}
    for key, value in (settings or {}).items():
        if key not in known:
            raise WinsetError(
                f"model “{name}” has no parameter {shorten(key)}; {nearest(key, known)}"
            )
        values[key] = _read(value, known[key], f"{name}: {key}")
    try:
        model: Model = kind(**values)
    except ValueError as error:
        raise WinsetError(f"model “{name}”: {error}") from None
    return model


def _read(value: Any, kind: Any, where: str) -> Any:
    kinds = get_args(kind) or (kind,)
    if Range in kinds and isinstance(value, int | float) and not isinstance(value, bool):
        return Range(value, value)
    if not isinstance(value, str) or any(isinstance(k, str) for k in kinds) or kind is str:
        return value
    try:
        if Range in kinds:
            return parse_range(value)
        if bool in kinds and value in ("true", "false"):
            return value == "true"
        if int in kinds:
            return int(value)
        if float in kinds:
            return float(value)
    except ValueError as error:
        raise WinsetError(f"{where}: {error}; found {shorten(value)}") from None
    return value


def parameters(model: Model) -> dict[str, Any]:
    """Return the parameters of ``model`` as a saved forecast keeps them."""
    kind: Any = model
    return {
        field.name: str(value) if isinstance(value, Range) else value
        for field in dataclasses.fields(kind)
        for value in [getattr(model, field.name)]
    }


def kernels_of(model: Model | type[Model]) -> frozenset[str]:
    """Return the names of the modules whose kernels ``model`` runs."""
    return frozenset(getattr(model, "kernels", ()))


def default_model(case: Case) -> str:
    """Return the model that says most about ``case``: two-level where two parties negotiate."""
    return LESSER if lacks(case) else FULL


def fitting_models(case: Case) -> list[Model]:
    """Return every model that can solve ``case``, with its default parameters.

    The reference forecasts (reversion, constant) are left out.
    """
    batch = sample(case, 1)
    fitting = []
    for name in MODELS.keys() - {"reversion", "constant"}:
        model = make_model(name)
        try:
            model.solve(batch)
        except WinsetError:
            continue
        fitting.append(model)
    order = list(MODELS)
    return sorted(fitting, key=lambda model: order.index(model.name))
