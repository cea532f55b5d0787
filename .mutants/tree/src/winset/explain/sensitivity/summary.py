"""One number of a forecast, draw by draw: the quantity whose sensitivity is measured."""

import math
import re
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from winset.case.cells import ID_PATTERN
from winset.case.model import Case
from winset.case.parts import Question
from winset.case.quantities import ALL, parse_quantity
from winset.case.ranges import number_text
from winset.errors import WinsetError, nearest, shorten
from winset.explain.figures import coded, percent
from winset.games import PlayedGame, play
from winset.games.solve import play_batch
from winset.models import Model, Outcome, doubting_models, full_model, has_curves
from winset.models.batch import Batch
from winset.models.together import agreed_together

FloatArray = NDArray[np.float64]
FORMS = (
    "agreement, settlement, settlement >= 40, settlement <= 40, settlement between 40 and 60 "
    "(each with the issue where there are several: agreement(issue), settlement(issue) >= 40; "
    "agreement(issue & issue) or agreement(all) for several together), "
    "move(game, action), or a question of the case"
)
_SHORT = re.compile(
    rf"(?P<kind>agreement|settlement)(?!\w)"
    rf"(?:\s*\(\s*(?P<inner>{ID_PATTERN})\s*\)|\s+(?!between\s)(?P<outer>{ID_PATTERN}))?"
    r"\s*(?P<bounds>(?:>=|<=|between\s).*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One number of a forecast.

    Attributes:
        kind: ``agreement``, the chance of one; ``settlement``, its mean given an agreement, in the
            issue's units; ``within``, the chance of an agreement that settles in [low, high];
            ``move``, the chance that ``action`` is played in the game ``subject``.
        subject: id of the issue or name of the game; empty for several issues together.
        together: ids of these, in the order of the case; else empty.
    """

    kind: Literal["agreement", "settlement", "within", "move"]
    subject: str
    low: float = -math.inf
    high: float = math.inf
    action: str = ""
    together: tuple[str, ...] = ()

    @property
    def is_chance(self) -> bool:
        """Whether it is a probability."""
        return self.kind != "settlement"

    def __str__(self) -> str:
        if self.kind == "move":
            return f"move({self.subject}, {self.action})"
        if self.kind != "within":
            return f"{self.kind}({' & '.join(self.together) or self.subject})"
        low, high = number_text(self.low), number_text(self.high)
        if math.isinf(self.high):
            return f"settlement({self.subject}) >= {low}"
        if math.isinf(self.low):
            return f"settlement({self.subject}) <= {high}"
        return f"settlement({self.subject}) between {low} and {high}"

    def words(self, case: Case) -> str:
        """Return what it is, to stand after “the”."""
        if self.kind == "move":
            return f"chance of “{self.action.replace('_', ' ')}” in the game “{self.subject}”"
        if self.together:
            every = len(self.together) == len(case.issues)
            titles = " and ".join(f"“{case.issue(id).title}”" for id in self.together)
            return "chance of an agreement on " + ("all issues together" if every else titles)
        issue = case.issue(self.subject)
        of = f" on “{issue.title}”" if len(case.issues) > 1 else ""
        if self.kind == "agreement":
            return f"chance of an agreement{of}"
        if self.kind == "settlement":
            return f"expected settlement{of}"
        if math.isinf(self.high):
            where = f"at {coded(self.low, issue.scale)} or more"
        elif math.isinf(self.low):
            where = f"at {coded(self.high, issue.scale)} or less"
        else:
            where = f"between {number_text(self.low)} and {coded(self.high, issue.scale)}"
        return f"chance that it settles{of} {where}"

    def value_words(self, value: float, case: Case) -> str:
        """Return ``value`` of it for a reader."""
        if math.isnan(value):
            return "no number"
        if self.is_chance:
            return percent(value)
        scale = case.issue(self.subject).scale
        decimals = max(0, math.ceil(2.5 - math.log10(scale.width)))
        return coded(float(f"{value:.{decimals}f}"), scale)

    def unit(self, case: Case) -> str:
        """Return the unit of a change in it: chances change by percentage points."""
        return "points of %" if self.is_chance else case.issue(self.subject).scale.unit or "units"


@dataclass(frozen=True, slots=True, kw_only=True)
class PerDraw:
    """A summary as a ratio of two means over draws.

    Attributes:
        total: ``(draw,)``, what each draw adds.
        weight: ``(draw,)``, how much each counts: 1 for chances, the probability of an agreement
            for a settlement, which a draw without one does not have.
    """

    total: FloatArray
    weight: FloatArray

    @property
    def value(self) -> float:
        """The summary; NaN where no draw counts."""
        weight = float(self.weight.sum())
        return float(self.total.sum()) / weight if weight > 0.0 else math.nan

    def influence(self, value: float, weight: float) -> FloatArray:
        """Return ``(draw,)`` deviations whose mean is that of the ratio, linearised at ``value``.

        Args:
            value: of the summary.
            weight: mean weight of a draw.
        """
        return (self.total - value * self.weight) / weight

    @property
    def deviation(self) -> FloatArray:
        """Its own influence, ``(draw,)``; NaN where no draw counts."""
        mean = float(self.weight.mean())
        if not mean > 0.0:
            return np.full(len(self.total), math.nan)
        return self.influence(self.value, mean)

    @property
    def error(self) -> float:
        """Monte Carlo standard error of `value`; NaN with a single draw."""
        n = len(self.total)
        return float(self.deviation.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan

    def part(self, rows: slice) -> "PerDraw":
        """Return the draws ``rows``."""
        return PerDraw(total=self.total[rows], weight=self.weight[rows])


def paired(base: PerDraw, changed: PerDraw) -> tuple[float, float]:
    """Return the difference ``changed`` minus ``base`` and its error, draws paired."""
    n = len(base.total)
    apart = changed.deviation - base.deviation
    error = float(apart.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    return changed.value - base.value, error


class SummaryReading:
    """Reads a summary from the batches of one case under one model."""

    def __init__(self, case: Case, model: Model, summary: Summary) -> None:
        self.case, self.model, self.summary = case, model, summary
        self._game: PlayedGame | None = None
        if summary.kind == "move":
            self._game = play(case, summary.subject, draws=1, model=self._players_model)
            self._game.chance(summary.action)  # refuses an action that the game has not

    @property
    def _players_model(self) -> Model:
        """The model that players of a game use for their expectations: this one if it can be."""
        return self.model if has_curves(self.model) else full_model()

    def __call__(self, batch: Batch) -> PerDraw:
        """Return the summary in each draw of ``batch``."""
        if self._game is not None:
            played = replace(self._game, **play_batch(batch, self._game.game, self._players_model))
            chance = played.chance(self.summary.action)
            return PerDraw(total=chance, weight=np.ones(batch.draws))
        return self.of(batch, self.model.solve(batch))

    def of(self, batch: Batch, outcome: Outcome) -> PerDraw:
        """Return a summary other than a move in each draw of ``batch``, solved as ``outcome``."""
        summary, ones = self.summary, np.ones(batch.draws)
        if summary.together:
            places = tuple(map(batch.issues.index, summary.together))
            chance = agreed_together(self.model, batch, outcome, places)
            return PerDraw(total=ones if chance is None else chance, weight=ones)
        k = batch.issues.index(summary.subject)
        agreement = ones if outcome.agreement is None else outcome.agreement[:, k]
        if summary.kind == "agreement":
            return PerDraw(total=agreement, weight=ones)
        settled = batch.in_units(outcome.settlement)[:, k]
        if summary.kind == "within":
            # A draw without an agreement has NaN there, which lies within no bounds.
            inside = (settled >= summary.low) & (settled <= summary.high)
            return PerDraw(total=np.where(inside, agreement, 0.0), weight=ones)
        weight = np.where(np.isnan(settled), 0.0, agreement)
        return PerDraw(total=weight * np.nan_to_num(settled), weight=weight)

    def check(self, batch: Batch) -> None:
        """Refuse what the model does not say.

        Raises:
            WinsetError: where the summary is the chance of an agreement and the model assumes one,
                or cannot solve the case.
        """
        if self.summary.kind == "agreement" and self.model.solve(batch).agreement is None:
            first = self.summary.subject or self.summary.together[0]
            raise WinsetError(
                f"model “{self.model.name}” gives no chance of an agreement; ask for "
                f"settlement({first}), or use the model "
                f"“{doubting_models()[0].name}”"
            )


def default_summary(case: Case, model: Model, batch: Batch) -> Summary:
    """Return the summary that is measured by default: the chance of an agreement on all issues.

    It is the settlement on the first issue where the model assumes an agreement.
    """
    if model.solve(batch).agreement is None:
        return Summary(kind="settlement", subject=case.issues[0].id)
    return _agreement(tuple(issue.id for issue in case.issues))


def _agreement(issues: tuple[str, ...]) -> Summary:
    if len(issues) == 1:
        return Summary(kind="agreement", subject=issues[0])
    return Summary(kind="agreement", subject="", together=issues)


def read_summary(case: Case, text: str, *, issue: str | None = None) -> Summary:
    """Return the summary that ``text`` names.

    Args:
        case: whose issues, games and questions may be asked about.
        text: a quantity such as ``settlement(enrichment) >= 40``, the id of a question, or with
            its option ``question: option``.
        issue: id of the issue where ``text`` names none.

    Raises:
        WinsetError: when it is none of these, or names an unknown issue or option.
    """
    question, _, option = (part.strip() for part in text.partition(":"))
    match = _SHORT.fullmatch(text.strip())
    # A question may be called “agreement”: it is meant where no issue is named.
    if not (match and (match["inner"] or match["outer"] or issue)):
        for candidate in case.questions:
            if candidate.id == question:
                return read_summary(case, _quantity(candidate, option))
        if match and match["kind"] == "agreement" and not match["bounds"]:
            text, match = "agreement(all)", None
    if match and match["inner"] == ALL and ALL not in {entry.id for entry in case.issues}:
        match = None
    if match:
        chosen = _issue(case, match["inner"] or match["outer"] or issue, text)
        bounds = match["bounds"]
        if not bounds:
            return Summary(
                kind="agreement" if match["kind"] == "agreement" else "settlement", subject=chosen
            )
        text = f"{match['kind']}({chosen}) {bounds}"
    try:
        quantity = parse_quantity(text)
    except ValueError:
        names = ["agreement", "settlement", *(candidate.id for candidate in case.questions)]
        raise WinsetError(
            f"no model answers {shorten(text)}; {nearest(question, names)}; write {FORMS}"
        ) from None
    if quantity.kind == "blame":
        raise WinsetError(
            f"{text}: blame is measured over all draws together, not draw by draw; ask for an "
            "agreement, a settlement or a move"
        )
    if quantity.kind == "move":
        return Summary(kind="move", subject=quantity.subject, action=quantity.action)
    for id in quantity.named_issues:
        case.issue(id)
    if quantity.kind == "agreement":
        return _agreement(quantity.issues(entry.id for entry in case.issues))
    return Summary(
        kind="within",
        subject=quantity.subject,
        low=quantity.low,
        high=quantity.high,
    )


def _quantity(question: Question, option: str) -> str:
    """Return the quantity behind ``question``, or behind one of its options."""
    if question.answer is not None and option in ("", "yes"):
        return question.answer
    if option in question.options:
        return question.options[option]
    names = list(question.options) or ["yes"]
    problem = f"no option “{option}”" if option else "several options"
    raise WinsetError(
        f"question “{question.id}” has {problem}; write “{question.id}: OPTION”; "
        f"{nearest(option, names)}"
    )


def _issue(case: Case, issue: str | None, text: str) -> str:
    if issue is not None:
        return case.issue(issue).id
    if len(case.issues) == 1:
        return case.issues[0].id
    names = ", ".join(entry.id for entry in case.issues)
    raise WinsetError(f"{shorten(text)}: on which issue? This case has {names or 'none'}")
