"""The models: each turns a batch into an outcome. A name is imported when it is first used."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winset.models.bargaining import NashBargaining as NashBargaining
    from winset.models.base import Model as Model
    from winset.models.base import Outcome as Outcome
    from winset.models.base import Rounds as Rounds
    from winset.models.base import RoundsModel as RoundsModel
    from winset.models.capabilities import doubts_agreement as doubts_agreement
    from winset.models.capabilities import has_binding as has_binding
    from winset.models.capabilities import has_blame as has_blame
    from winset.models.capabilities import has_challenges as has_challenges
    from winset.models.capabilities import has_curves as has_curves
    from winset.models.capabilities import has_rounds as has_rounds
    from winset.models.capabilities import has_weights as has_weights
    from winset.models.capabilities import is_baseline as is_baseline
    from winset.models.capabilities import links_issues as links_issues
    from winset.models.central import Constant as Constant
    from winset.models.central import Mean as Mean
    from winset.models.central import Median as Median
    from winset.models.central import ReversionPoint as ReversionPoint
    from winset.models.exchange import Exchange as Exchange
    from winset.models.expected_utility import ExpectedUtility as ExpectedUtility
    from winset.models.fitting import MissingInput as MissingInput
    from winset.models.fitting import lacks as lacks
    from winset.models.fitting import lesser_sentence as lesser_sentence
    from winset.models.registry import MODELS as MODELS
    from winset.models.registry import baseline_models as baseline_models
    from winset.models.registry import code_of as code_of
    from winset.models.registry import default_model as default_model
    from winset.models.registry import doubting_models as doubting_models
    from winset.models.registry import find_model as find_model
    from winset.models.registry import fitting_models as fitting_models
    from winset.models.registry import full_model as full_model
    from winset.models.registry import kernels_of as kernels_of
    from winset.models.registry import make_model as make_model
    from winset.models.registry import model_name as model_name
    from winset.models.registry import parameters as parameters
    from winset.models.registry import rounds_models as rounds_models
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
    "ReversionPoint": "winset.models.central",
    "Rounds": "winset.models.base",
    "RoundsModel": "winset.models.base",
    "SpatialPolitics": "winset.models.spatial",
    "TwoLevel": "winset.models.two_level.model",
    "baseline_models": "winset.models.registry",
    "code_of": "winset.models.registry",
    "default_model": "winset.models.registry",
    "doubting_models": "winset.models.registry",
    "doubts_agreement": "winset.models.capabilities",
    "find_model": "winset.models.registry",
    "fitting_models": "winset.models.registry",
    "full_model": "winset.models.registry",
    "has_binding": "winset.models.capabilities",
    "has_blame": "winset.models.capabilities",
    "has_challenges": "winset.models.capabilities",
    "has_curves": "winset.models.capabilities",
    "has_rounds": "winset.models.capabilities",
    "has_weights": "winset.models.capabilities",
    "is_baseline": "winset.models.capabilities",
    "kernels_of": "winset.models.registry",
    "lacks": "winset.models.fitting",
    "lesser_sentence": "winset.models.fitting",
    "links_issues": "winset.models.capabilities",
    "make_model": "winset.models.registry",
    "model_name": "winset.models.registry",
    "parameters": "winset.models.registry",
    "rounds_models": "winset.models.registry",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module “winset.models” has no attribute “{name}”")
    return getattr(importlib.import_module(_HOMES[name]), name)
