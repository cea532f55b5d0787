"""All models, by the name that the command line and saved forecasts use."""

import dataclasses
import importlib
import inspect
import logging
from typing import Any, cast, get_args, get_type_hints

from winset.case.model import Case
from winset.case.ranges import Range, parse_range
from winset.errors import WinsetError, nearest, shorten
from winset.errors.additions import Additions
from winset.models.bargaining import NashBargaining
from winset.models.base import Model
from winset.models.batch import sample
from winset.models.capabilities import doubts_agreement, has_rounds, is_baseline
from winset.models.central import Constant, Mean, Median, ReversionPoint
from winset.models.exchange import Exchange
from winset.models.expected_utility import ExpectedUtility
from winset.models.fitting import FULL, LESSER, lacks
from winset.models.spatial import SpatialPolitics
from winset.models.two_level.model import TwoLevel
from winset.models.version import code_digest

_log = logging.getLogger("winset")

_OWN: dict[str, type[Model]] = {
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


def _model_class(name: str, kind: Any) -> type[Model]:
    """Return ``kind`` if it may be a model of that name.

    Raises:
        ValueError: with the reason if not.
    """
    if not isinstance(kind, type) or not dataclasses.is_dataclass(kind):
        raise ValueError("a model is a class, a frozen dataclass of its parameters")
    if not isinstance(model := kind(), Model):
        raise ValueError("a model needs name, idea, random and solve(batch)")
    if model.name != name:
        raise ValueError(f"it calls itself “{model.name}”: entry point and name must be the same")
    return cast("type[Model]", kind)


MODELS: Additions[type[Model]] = Additions("winset.models", _OWN, what="model", read=_model_class)


def make_model(name: str, settings: dict[str, Any] | None = None) -> Model:
    """Return the model ``name`` with ``settings``; texts are read as the parameter's own type.

    Raises:
        WinsetError: for an unknown model or parameter, or a value that the parameter refuses.

    >>> make_model("mean", {"weights": "none"})
    Mean(weights='none')
    """
    if name not in MODELS:
        raise WinsetError(f"no model “{name}”; {nearest(name, MODELS)}")
    return _made(name, MODELS[name], settings)


def find_model(name: str, settings: dict[str, Any] | None = None) -> Model:
    """Return `make_model`, or a model of one's own by its import path, ``package.module:Class``.

    For what the user names or has kept; a request from a page is answered by `make_model` alone,
    so that no page can have anything imported.

    Raises:
        WinsetError: likewise, and when there is no such class to be imported.

    >>> find_model("winset.models.central:Mean")
    Mean(weights='influence-salience')
    """
    if ":" not in name:
        return make_model(name, settings)
    return _made(name, _imported(name), settings)


def _imported(name: str) -> type[Model]:
    path, _, qualified = name.partition(":")
    remedy = f"install the package that has “{path}”, or put its folder on PYTHONPATH"
    if path == "__main__":
        remedy = (
            "it was defined in a notebook or script: move it into a module of its own, import it "
            "from there and make the forecast again"
        )
    try:
        found: Any = importlib.import_module(path)
        for part in qualified.split("."):
            found = getattr(found, part)
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if "<locals>" in qualified:
            remedy = "it was defined inside a function: move it to the top level of a module"
        raise WinsetError(
            f"model “{name}”: must be a class that can be imported; found {reason}; {remedy}"
        ) from None
    if not (isinstance(found, type) and dataclasses.is_dataclass(found)) or not all(
        hasattr(found, member) for member in ("name", "idea", "random", "solve")
    ):
        raise WinsetError(
            f"model “{name}”: must be a frozen dataclass with name, idea, random and solve(batch); "
            f"found {type(found).__name__}; name the class itself"
        )
    return cast("type[Model]", found)


def model_name(model: Model) -> str:
    """Return the name by which `find_model` finds ``model``'s class: its own, or its import path.

    >>> model_name(Mean())
    'mean'
    """
    kind = type(model)
    if MODELS.get(model.name) is kind:
        return model.name
    return f"{kind.__module__}:{kind.__qualname__}"


def code_of(model: Model) -> str:
    """Return the name of the code that makes the numbers of ``model``, as `code_digest` does.

    A model from outside counts with the text of its class.
    """
    kind = type(model)
    if kind.__module__.startswith("winset."):
        return code_digest()
    try:
        text = inspect.getsource(kind)
    except (OSError, TypeError):  # typed into an interpreter that keeps no text
        text = kind.__qualname__
    return code_digest(text)


def _made(name: str, found: type[Model], settings: dict[str, Any] | None) -> Model:
    kind: Any = found
    try:
        hints = get_type_hints(kind)
    except NameError:  # annotations that only a type checker can follow: values stay as given
        hints = {}
    known = {field.name: hints.get(field.name, object) for field in dataclasses.fields(kind)}
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
    """Return the parameters of ``model`` as a saved forecast keeps them.

    Raises:
        WinsetError: for a model that is no dataclass, whose parameters cannot be known.
    """
    kind: Any = model
    if not dataclasses.is_dataclass(model):
        raise WinsetError(
            f"model “{model_name(model)}”: must be a frozen dataclass of its parameters; found "
            f"{type(model).__name__}; write @dataclass(frozen=True) above the class"
        )
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


def full_model() -> Model:
    """Return the model that says most of all, with its parameters as they come."""
    return make_model(FULL)


def rounds_models() -> tuple[str, ...]:
    """Return the names of the models that play rounds, the usual one first."""
    return tuple(name for name in MODELS if has_rounds(make_model(name)))


def baseline_models() -> tuple[str, ...]:
    """Return the names of the models for skill scores only."""
    return tuple(name for name in MODELS if is_baseline(make_model(name)))


def doubting_models() -> tuple[Model, ...]:
    """Return winset's own models that doubt an agreement, the one made for the purpose first.

    What other packages add is left out: how far a chance is widened depends on the version of
    winset and on the forecast's own model, not on what else is installed.
    """
    return tuple(model for name in _OWN if doubts_agreement(model := make_model(name)))


def fitting_models(case: Case) -> list[Model]:
    """Return every model that can solve ``case``, with its default parameters.

    The reference forecasts (reversion, constant) are left out.
    """
    batch = sample(case, 1)
    fitting = []
    for name in MODELS:
        model = make_model(name)
        if is_baseline(model):
            continue
        try:
            model.solve(batch)
        except WinsetError:
            continue
        except Exception as error:
            if name in _OWN:
                raise
            _log.warning(
                "winset: the model “%s” of the package %s is left out: %s: %s",
                name, MODELS.package(name), type(error).__name__, " ".join(str(error).split()),
            )  # fmt: skip
            continue
        fitting.append(model)
    return fitting
