"""The models: each turns a batch into an outcome. A name is imported when it is first used."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winset.models.bargaining import NashBargaining as NashBargaining
    from winset.models.base import Model as Model
    from winset.models.base import Outcome as Outcome
    from winset.models.base import Rounds as Rounds
    from winset.models.base import RoundsModel as RoundsModel
    from winset.models.central import Constant as Constant
    from winset.models.central import Mean as Mean
    from winset.models.central import Median as Median
    from winset.models.central import ReversionPoint as ReversionPoint
    from winset.models.exchange import Exchange as Exchange
    from winset.models.expected_utility import ExpectedUtility as ExpectedUtility
    from winset.models.fitting import PLAYING_ROUNDS as PLAYING_ROUNDS
    from winset.models.fitting import MissingInput as MissingInput
    from winset.models.fitting import lacks as lacks
    from winset.models.fitting import lesser_sentence as lesser_sentence
    from winset.models.registry import MODELS as MODELS
    from winset.models.registry import default_model as default_model
    from winset.models.registry import fitting_models as fitting_models
    from winset.models.registry import kernels_of as kernels_of
    from winset.models.registry import make_model as make_model
    from winset.models.registry import parameters as parameters
    from winset.models.spatial import SpatialPolitics as SpatialPolitics
    from winset.models.two_level.model import TwoLevel as TwoLevel

_HOMES = {
    "Constant": "winset.models.central",
    "Exchange": "winset.models.exchange",
    "ExpectedUtility": "winset.models.expected_utility",
    "MODELS": "winset.models.registry",
    "Mean": "winset.models.central",
    "Median": "winset.models.central",
    "MissingInput": "winset.models.fitting",
    "Model": "winset.models.base",
    "NashBargaining": "winset.models.bargaining",
    "Outcome": "winset.models.base",
    "PLAYING_ROUNDS": "winset.models.fitting",
    "ReversionPoint": "winset.models.central",
    "Rounds": "winset.models.base",
    "RoundsModel": "winset.models.base",
    "SpatialPolitics": "winset.models.spatial",
    "TwoLevel": "winset.models.two_level.model",
    "default_model": "winset.models.registry",
    "fitting_models": "winset.models.registry",
    "kernels_of": "winset.models.registry",
    "lacks": "winset.models.fitting",
    "lesser_sentence": "winset.models.fitting",
    "make_model": "winset.models.registry",
    "parameters": "winset.models.registry",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module “winset.models” has no attribute “{name}”")
    return getattr(importlib.import_module(_HOMES[name]), name)
