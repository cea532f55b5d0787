"""The draws of a forecast, computed here and nowhere else.

A case is sampled once and solved once by each model: whoever asks for the draws of a case that was
asked for a moment ago, by the same seed, gets the same ones. A case that differs from such a one in
a few numbers is sampled and solved where it differs. Draws depend on the seed and on their own
numbers alone, so that draws computed again, in another process or in another order, are the same
bytes.
"""

import threading
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from winset.case.model import Case
from winset.forecast.calibration import Calibration
from winset.forecast.sizes import size_of
from winset.models.base import Model, Outcome
from winset.models.batch import Batch, make_batch, sample, uncertain_cells
from winset.models.rebatch import CachedShares, first_draws, made_again
from winset.models.together import Sets, sets_together

CHUNK = 16_384  # draws that are computed at once: the memory of a batch does not grow further
MOST_CASES = 4  # whose draws are held
MOST_BYTES = 256_000_000
BY_ISSUE = ("settlement", "agreement", "open", "signed", "converged", "rounds")
BY_DRAW = (*BY_ISSUE, "together")

# Compiled kernels use all cores themselves, and not every way they do it stands a second caller.
_ONE_AT_A_TIME = threading.RLock()


class CaseDraws:
    """Draws of one case: their batch, and what each model makes of it.

    Nobody may write to what comes back.

    Attributes:
        case: with the scenario applied.
        batch: the case sampled.
    """

    def __init__(self, case: Case, batch: Batch) -> None:
        self.case, self.batch = case, batch
        self._outcomes: dict[tuple[Model, Sets], Outcome] = {}
        self._first: dict[int, CaseDraws] = {}

    def outcome(self, model: Model, sets: Sets = ()) -> Outcome:
        """Return what ``model`` makes of the batch, solved when first asked for.

        Args:
            model: any model.
            sets: of issues, by their places, whose agreement together is to be in the outcome.

        Raises:
            WinsetError: when the model cannot be applied.
        """
        with _ONE_AT_A_TIME:
            try:
                known = self._outcomes.get((model, sets))
            except TypeError:  # a model that cannot be compared is solved whenever it is asked for
                return self._solved(model.solve(self.batch), model, sets)
            if known is None:
                plain = self._outcomes.get((model, ())) or model.solve(self.batch)
                self._outcomes[model, ()] = _locked(plain)
                self._outcomes[model, sets] = known = self._solved(plain, model, sets)
            return known

    def _solved(self, plain: Outcome, model: Model, sets: Sets) -> Outcome:
        if not sets:
            return plain
        return replace(plain, together=sets_together(model, self.batch, plain, sets))

    def first(self, draws: int) -> "CaseDraws":
        """Return the first ``draws`` of these draws; all if there are no more."""
        if draws >= self.batch.draws:
            return self
        with _ONE_AT_A_TIME:
            if draws not in self._first:
                self._first[draws] = CaseDraws(self.case, first_draws(self.batch, draws))
            return self._first[draws]

    @property
    def held(self) -> tuple[Any, ...]:
        """What takes memory."""
        parts = [getattr(self.batch, field.name) for field in fields(Batch)]
        return (*parts, *self._outcomes.values(), *(some.held for some in self._first.values()))


_RECENT: list[CaseDraws] = []


def case_draws(case: Case, draws: int, *, seed: int) -> CaseDraws:
    """Return the first ``draws`` draws of ``case`` in the run that ``seed`` names.

    A few cases asked for last are held, `MOST_BYTES` of them in all.

    Args:
        case: with the scenario applied.
        draws: at most `CHUNK`.
        seed: of the random streams.
    """
    with _ONE_AT_A_TIME:
        alike = [one for one in _RECENT if _runs(one, draws, seed)]
        known = next((one for one in alike if one.case is case or one.case == case), None)
        if known is None:
            known = CaseDraws(case, _sampled(case, draws, seed, alike))
        else:
            _RECENT.remove(known)
        _RECENT.insert(0, known)
        del _RECENT[MOST_CASES:]
        while len(_RECENT) > 1 and size_of([one.held for one in _RECENT]) > MOST_BYTES:
            del _RECENT[-1]
        return known


def forget_draws() -> None:
    """Let go of the draws that are held."""
    with _ONE_AT_A_TIME:
        _RECENT.clear()


def _runs(one: CaseDraws, draws: int, seed: int) -> bool:
    shares = one.batch.shares
    return isinstance(shares, CachedShares) and (shares.draws, shares.seed) == (draws, seed)


def _sampled(case: Case, draws: int, seed: int, alike: list[CaseDraws]) -> Batch:
    for one in alike:
        batch = made_again(one.batch, one.case, case)
        if batch is not None:
            return batch
    return make_batch(case, CachedShares(seed, draws))


def compute_draws(
    case: Case,
    model: Model,
    *,
    draws: int,
    seed: int,
    calibration: Calibration | None = None,
    sets: Sets = (),
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Return the outcome of ``draws`` draws of ``case``, without what a model adds of its own.

    Where nothing in case or model varies, the model is solved once: without a calibration there is
    one draw.

    Args:
        case: with the scenario applied.
        model: any model.
        draws: how many.
        seed: of the random streams.
        calibration: of the settlements; None to leave them as the model has them.
        sets: of issues, by their places, whose agreement together is asked for.
        progress: called with the number of draws done, after each `CHUNK`.

    Raises:
        WinsetError: when the model cannot be applied.
    """
    fixed = certain(case, model)
    if fixed and calibration is None:
        draws = 1
    parts = []
    for first in range(0, draws, CHUNK):
        count = min(CHUNK, draws - first)
        with _ONE_AT_A_TIME:
            chunk = _chunk(case, count, seed=seed, first=first)
            if fixed:
                alone = case_draws(case, 1, seed=seed).outcome(model, sets)
                outcome = repeated(alone, count)
            else:
                outcome = chunk.outcome(model, sets)
            if calibration is not None:
                outcome = calibration.apply(chunk.batch, outcome)
        parts.append(outcome)
        if progress is not None:
            progress(first + count)
    columns: dict[str, Any] = {
        name: _joined([getattr(part, name) for part in parts]) for name in BY_DRAW
    }
    return Outcome(**columns)


def _chunk(case: Case, draws: int, *, seed: int, first: int) -> CaseDraws:
    if first == 0:
        return case_draws(case, draws, seed=seed)
    return CaseDraws(case, sample(case, draws, seed=seed, first=first))


def _joined(parts: list[Any]) -> Any:
    """Return a new array of all ``parts``, draw after draw; None if they are."""
    return None if parts[0] is None else np.concatenate(parts)


def certain(case: Case, model: Model) -> bool:
    """Return whether every draw of ``model`` on ``case`` is the same before calibration."""
    return not model.random and not uncertain_cells(case)


def repeated(outcome: Outcome, draws: int) -> Outcome:
    """Return the single draw of ``outcome`` many times over."""
    columns: dict[str, Any] = {
        name: None if values is None else np.repeat(values, draws, axis=0)
        for name in BY_DRAW
        for values in [getattr(outcome, name)]
    }
    return Outcome(**columns)


def _locked(outcome: Outcome) -> Outcome:
    """Return ``outcome``, its arrays closed to writing: others are to get them too."""
    for field in fields(outcome):
        values = getattr(outcome, field.name)
        if isinstance(values, np.ndarray):
            values.flags.writeable = False
    return outcome
