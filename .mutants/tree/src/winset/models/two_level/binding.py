"""What most often stands between an issue and an agreement: its binding constraint."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from winset.models.base import FloatArray
from winset.models.batch import Batch
from winset.models.two_level.winsets import TwoLevelOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What most often stands between an open issue and an agreement.

    Attributes:
        issue: id.
        kind: ``signing`` where most failures are draws in which no point suits everyone at the
            table, ``ratifying`` where most are refusals at home, ``none`` where no draw fails.
        party: id of the party that binds; empty for ``none``.
        actor: id of its negotiator, or of the ratifier whose certain yes would help most; may be
            empty.
        share: of draws in which nothing is signed, or the party's probability of ratifying.
        words: all this as a sentence.
        lift: what a certain yes from ``actor`` would add to the party's probability of ratifying;
            None where no refusal at home binds.
    """

    issue: str
    kind: Literal["signing", "ratifying", "none"]
    party: str
    actor: str
    share: float
    words: str
    lift: float | None = None


def binding(
    batch: Batch, outcome: TwoLevelOutcome, *, names: Mapping[str, str] | None = None
) -> tuple[Binding, ...]:
    """Return the binding constraint of each issue, in the order of the batch.

    ``names`` maps ids of parties and actors to the names that the words use; an id that it lacks is
    used as it is.
    """
    called = names or {}
    return tuple(_binding(batch, outcome, k, called) for k in range(len(batch.issues)))


def _binding(batch: Batch, outcome: TwoLevelOutcome, k: int, called: Mapping[str, str]) -> Binding:
    issue, opens = batch.issues[k], outcome.open[:, k]
    signed = opens * outcome.signed[:, k]
    refused = outcome.involuntary_defection[:, k].sum()
    missing = opens.sum() - signed.sum()
    if missing + refused <= 1e-9 * opens.sum():
        reason = "every draw ends in an agreement" if opens.any() else "the issue never opens"
        words = f"nothing binds: {reason}"
        return Binding(issue=issue, kind="none", party="", actor="", share=1.0, words=words)
    if missing >= refused:
        counts = [opens[outcome.bar[:, k] == p].sum() for p in range(len(batch.parties))]
        p = int(np.argmax(counts))
        party, actor = batch.parties[p], batch.actors[batch.negotiator[p]]
        share = float(missing / opens.sum())
        words = (
            f"in {_percent(share)} of the draws nothing is signed, because no point suits everyone "
            f"at the table; {called.get(actor, actor)} accepts the fewest"
        )
        return Binding(
            issue=issue, kind="signing", party=party, actor=actor, share=share, words=words
        )
    chances = _means(outcome.ratified[:, :, k], signed)
    p = int(np.nanargmin(chances))
    party, share = batch.parties[p], float(chances[p])
    lifts = np.where(batch.party_of == p, _means(outcome.lift[:, :, k], signed), math.nan)
    words = (
        f"{called.get(party, party)} is the likeliest to refuse what is signed: it ratifies with "
        f"{_percent(share)}"
    )
    actor, lift = "", None
    if not np.isnan(lifts).all():
        i = int(np.nanargmax(lifts))
        actor, lift = batch.actors[i], float(lifts[i])
        accepts = _means(outcome.accepts[:, :, k], signed)[i]
        words += (
            f"; {called.get(actor, actor)} accepts with {_percent(accepts)}, and a certain yes "
            f"would add {100 * lifts[i]:.0f} points"
        )
    return Binding(
        issue=issue, kind="ratifying", party=party, actor=actor, share=share, words=words, lift=lift
    )


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%")


def _means(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the means over draws of ``(draw, …)``; NaN for columns without a number."""
    total = weight @ ~np.isnan(values)
    means = np.full(values.shape[1], math.nan)
    np.divide(weight @ np.nan_to_num(values), total, out=means, where=total > 0.0)
    return means
