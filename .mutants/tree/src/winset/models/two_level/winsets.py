"""The results of the two-level model: what is signed and ratified, the winsets, the blame."""

import math
from dataclasses import dataclass

import numpy as np

from winset.models.base import BoolArray, FloatArray, IntArray, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevelOutcome(Outcome):
    """What is signed, who ratifies it, and which party prevents it where nothing is signed.

    All results are for the issue once it is open: an issue that requires another is solved as if
    that one were agreed, and ``open`` has the probability of that. A draw in which an issue cannot
    open has no results for it: NaN, False, -1.

    Attributes:
        settlement: ``(draw, issue)``, point signed, share of the scale; NaN where none is.
        agreement: ``(draw, issue)``, ``open × signed × Π ratified``, in [0, 1].
        signed: ``(draw, issue)``, whether the negotiators sign, once the issue is open.
        ratified: ``(draw, party, issue)``, probability that the party ratifies what is signed; NaN
            where nothing is signed or the party is not at the table.
        accepts: ``(draw, actor, issue)``, the same for each ratifier alone; NaN for the others.
        lift: ``(draw, actor, issue)``, what a certain yes from the ratifier would add to the
            probability of its party; NaN likewise.
        open: ``(draw, issue)``, probability that what the issue requires is agreed.
        bar: ``(draw, issue)``, where nothing is signed, index of the party that accepts the fewest
            points; else -1.
    """

    signed: BoolArray
    ratified: FloatArray
    accepts: FloatArray
    lift: FloatArray
    open: FloatArray
    bar: IntArray

    @property
    def involuntary_defection(self) -> FloatArray:
        """``(draw, issue)``, probability that what is signed is not ratified."""
        agreement = np.zeros(()) if self.agreement is None else self.agreement
        return np.maximum(self.open * self.signed - agreement, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """The winsets: how likely each point is to pass at home, over draws and types.

    Draws are weighted by the probability that the issue opens; NaN for an issue that never does.

    Attributes:
        point: ``(grid,)``, share of the scale.
        party: ``(party, grid, issue)``, probability that the party ratifies the point; NaN where it
            is not at the table.
        gains: ``(party, grid, issue)``, share of draws in which its negotiator does not lose there.
        joint: ``(grid, issue)``, probability that all parties ratify it.
        zone: ``(grid, issue)``, probability that it lies in the zone of possible agreement: all
            ratify it and no negotiator loses.
    """

    point: FloatArray
    party: FloatArray
    gains: FloatArray
    joint: FloatArray
    zone: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """Who is to blame where an open issue fails: Shapley values, averaged over such draws.

    Draws are weighted by the probability that the issue opens. NaN where no draw fails.

    Attributes:
        actor: ``(actor, issue)``, share in [0, 1]; the shares of an issue sum to 1.
        party: ``(party, issue)``, sum over the party's actors.
        error: ``(actor, issue)``, Monte Carlo standard error of ``actor``, over draws.
        sampling_error: ``(actor, issue)``, the part of it due to sampled permutations; 0 where all
            coalitions were counted.
        failing: ``(issue,)``, probability that the issue opens and fails.
        misjudged: ``(issue,)``, share of failures in which another deal would have passed, had all
            types been known. No actor is to blame for these, and the shares above leave them out.
    """

    actor: FloatArray
    party: FloatArray
    error: FloatArray
    sampling_error: FloatArray
    failing: FloatArray
    misjudged: FloatArray

    @property
    def overall(self) -> FloatArray:
        """``(party,)``, share over all issues, each counted by its failures that are to blame."""
        weight = np.where(np.isnan(self.misjudged), 0.0, self.failing * (1.0 - self.misjudged))
        if not weight.sum() > 0.0:
            return np.full(len(self.party), math.nan)
        return np.asarray(np.nan_to_num(self.party) @ weight / weight.sum())
