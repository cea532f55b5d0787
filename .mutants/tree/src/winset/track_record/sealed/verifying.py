"""Verifying: is the ledger unchanged, and do its forecasts still give the same result?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

import numpy as np

from winset.case.chain import LEDGER, Entry, date_of
from winset.case.folder import read_case
from winset.case.model import Case
from winset.errors import CaseError, Problem, WinsetError
from winset.forecast.forecast import Forecast, repeat_forecast
from winset.forecast.provenance import Provenance
from winset.models import code_of, find_model
from winset.models.version import UNKNOWN, compare_code, winset_version
from winset.track_record.sealed.archive import changes as archive_changes
from winset.track_record.sealed.archive import digests, restore
from winset.track_record.sealed.records import Ledger, Seal, Sealed, read_ledger
from winset.track_record.sealed.resolving import RunningRecord, Score, date_words, record, score
from winset.track_record.sealed.sealing import content_digest, sealed_answer
from winset.track_record.sealed.witness import Trust, Witness, existed_by, witnesses_of
from winset.track_record.sealed.witness.attested import LEEWAY, TITLES

RepeatVerdict = Literal[
    "same bytes", "same numbers", "other numbers", "cannot be made again", "not made"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The check of one sealed forecast.

    Attributes:
        sealed: the forecast with its resolution.
        score: of the forecast; None while open.
        verdict: ``same bytes`` if all draws are as sealed; ``same numbers`` if the sealed chances
            are; ``not made`` where the forecast was not repeated.
        difference: greatest difference of a probability, or of a quantile as a share of the
            scale; None where it was not repeated.
        errors: the same in Monte Carlo errors of the sealed forecast; None where it has none.
        code: whether it was made by the code that runs here, in words.
        changes: what has changed since it was sealed, in words.
        harm: what is wrong with it, in words; a sound record has none.
        witnesses: of its entry.
        witnessed: the earliest valid witness of it or of an entry that follows it; None where the
            date is the writer's own word.
    """

    sealed: Sealed
    score: Score | None
    verdict: RepeatVerdict
    difference: float | None = None
    errors: float | None = None
    code: str = ""
    changes: tuple[str, ...] = ()
    harm: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    witnessed: Witness | None = None

    @property
    def dates(self) -> str:
        """Who attests the date of the seal, in a sentence."""
        return date_words(self.sealed, self.witnessed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The check of a case folder's ledger.

    Attributes:
        entries: how many the ledger holds.
        heads: digests of the last entries; anyone who has one can tell if the end was cut off.
        problems: what is wrong with the ledger, each at its line.
        case_problems: what is wrong with the rest of the case as it is now.
        forks: where copies of the ledger were merged, in words.
        checks: forecast by forecast.
        witnesses: of all entries, those of resolutions too.
        record: the running record.
    """

    entries: int
    heads: tuple[str, ...]
    problems: tuple[Problem, ...]
    case_problems: tuple[Problem, ...]
    forks: tuple[str, ...]
    checks: tuple[Check, ...]
    witnesses: tuple[Witness, ...]
    record: RunningRecord

    @property
    def sound(self) -> bool:
        """Whether the ledger is undamaged and every repeated forecast gave the same result."""
        bad = ("other numbers", "cannot be made again")
        return not self.problems and not any(c.harm or c.verdict in bad for c in self.checks)


def verify(
    folder: Path,
    *,
    head: str | None = None,
    again: bool = True,
    trust: Trust | None = None,
    git: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Verified:
    """Return the check of the ledger of the case in ``folder``.

    Args:
        folder: the case folder.
        head: the beginning of a digest that must be in the ledger, such as one that was published.
        again: whether every sealed forecast is repeated.
        trust: what the reader trusts, for the check of witnesses.
        git: whether signed commits and tags are looked for.
        progress: called with the number of forecasts done, after each.

    Raises:
        WinsetError: when there is no ledger.
    """
    if not (folder / LEDGER).exists():
        raise WinsetError(f"{folder}: has no {LEDGER}: nothing is sealed there")
    ledger = read_ledger(folder)
    entries = ledger.chain.entries
    witnesses = witnesses_of(folder, entries, trust, git=git)
    earliest = existed_by(entries, witnesses)
    problems = [
        *ledger.problems,
        *_missing_head(ledger, head),
        *_contradicted(entries, witnesses, earliest),
    ]
    unreadable: tuple[Problem, ...] = ()
    try:
        case = read_case(folder, ledger=False)
    except CaseError as error:
        case, unreadable = None, error.problems
    checks = []
    for sealed in ledger.sealed:
        checks.append(
            replace(
                _check(sealed, case, folder, again),
                witnesses=tuple(w for w in witnesses if w.entry == sealed.id),
                witnessed=earliest.get(sealed.id),
            )
        )
        if progress is not None:
            progress(len(checks))
    return Verified(
        entries=len(ledger.chain.entries),
        heads=ledger.chain.heads,
        problems=tuple(problems),
        case_problems=unreadable,
        forks=ledger.chain.forks,
        checks=tuple(checks),
        witnesses=witnesses,
        record=record(ledger.sealed, earliest),
    )


def _contradicted(
    entries: Sequence[Entry], witnesses: Sequence[Witness], earliest: Mapping[str, Witness]
) -> Iterator[Problem]:
    """Yield contradictions between witnesses and the ledger."""
    for witness in witnesses:
        if witness.state == "wrong":
            yield Problem(
                where=f"{TITLES[witness.kind]} beside {witness.entry[:12]}",
                required="must attest the entry",
                found=witness.says,
                remedy="delete it, or restore it from a copy",
                file=witness.file,
            )
    for entry in entries:
        witnessed, date = earliest.get(entry.sha256), date_of(entry.body)
        if (
            witnessed is None
            or witnessed.time is None
            or date is None
            or date <= witnessed.time + LEEWAY
        ):
            continue
        yield Problem(
            where="entry",
            required=f"must be dated no later than its witness, {witnessed.time.isoformat()}",
            found=date.isoformat(),
            remedy="the date is wrong, or the clock that it was taken from",
            file=LEDGER,
            line=entry.line,
        )


def _missing_head(ledger: Ledger, head: str | None) -> list[Problem]:
    if head is None or any(e.sha256.startswith(head.lower()) for e in ledger.chain.entries):
        return []
    return [
        Problem(
            where="ledger",
            required=f"must hold the entry {head[:64]}",
            found="no entry that begins with it",
            remedy="the end was cut off, or it is another ledger; restore it from a copy",
            file=LEDGER,
        )
    ]


def _check(
    sealed: Sealed,
    case: Case | None,
    folder: Path,
    again: bool,
) -> Check:
    seal = sealed.seal
    harm = list(archive_changes(seal.archive, folder))
    changed = list(_differences(sealed, case))
    verdict: RepeatVerdict = "not made"
    difference = errors = None
    if again:
        try:
            numbers = restore(seal.archive, folder)
            forecast = _repeat(seal, numbers)
            verdict, difference, errors = _compare(seal, numbers, forecast)
        except WinsetError as error:
            verdict = "cannot be made again"
            if (why := " ".join(str(error).split())) != "; ".join(harm):
                harm.append(why)
    return Check(
        sealed=sealed,
        score=score(sealed),
        verdict=verdict,
        difference=difference,
        errors=errors,
        code=compare_code(str(seal.made.get("code", UNKNOWN)), _code_here(seal)),
        changes=tuple(changed),
        harm=tuple(harm),
    )


def _code_here(seal: Seal) -> str:
    """Return the code that would make it here; empty where its model cannot be found."""
    parameters = seal.made.get("parameters")
    if not isinstance(parameters, dict):
        return ""
    try:
        return code_of(find_model(str(seal.made.get("model", "")), parameters))
    except WinsetError:
        return ""


def _repeat(seal: Seal, numbers: Case) -> Forecast:
    known_fields = {field.name for field in fields(Provenance)}
    if unknown := sorted(seal.made.keys() - known_fields):
        raise WinsetError(
            f"it was made in a way that this version does not know: {', '.join(unknown)}"
        )
    try:
        # Repeating needs only the provenance and the number of draws.
        nothing = np.empty(0)
        sealed = Forecast(
            made=Provenance(**seal.made),
            issues=(),
            titles=(),
            units=(),
            low=nothing,
            high=nothing,
            settlement=np.empty((seal.draws, 0)),
        )
        return repeat_forecast(sealed, numbers)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise WinsetError(f"how it was made cannot be understood ({error})") from None


def _compare(
    seal: Seal, numbers: Case, forecast: Forecast
) -> tuple[RepeatVerdict, float, float | None]:
    if content_digest(forecast) == seal.forecast:
        return "same bytes", 0.0, 0.0
    answer = sealed_answer(numbers, forecast, seal.asks, seal.subject)
    before = {chance.outcome: chance for chance in seal.chances}
    after = {chance.outcome: chance.probability for chance in answer.chances}
    apart = [(abs(after.get(k, 0.0) - c.probability), c.error) for k, c in before.items()]
    if seal.settlement is not None and answer.settlement is not None:
        old, new = seal.settlement, answer.settlement
        if len(old.quantiles) != len(new.quantiles):
            apart.append((1.0, None))
        width = (old.high - old.low) or 1.0
        apart += [
            (abs(a - b) / width, None) for a, b in zip(old.quantiles, new.quantiles, strict=False)
        ]
    largest = max((distance for distance, _ in apart), default=0.0)
    if largest == 0.0 and before.keys() == after.keys():
        return "same numbers", 0.0, 0.0
    measured = [distance / error for distance, error in apart if error]
    return "other numbers", largest, max(measured, default=None)


def _differences(sealed: Sealed, case: Case | None) -> list[str]:
    """Return what has changed since it was sealed, in words."""
    seal = sealed.seal
    differences = []
    if case is not None:
        current = digests(case.files)
        names = sorted(current.keys() | seal.case.files.keys())
        edited = [name for name in names if current.get(name) != seal.case.files.get(name)]
        if edited:
            differences.append(f"edited since then: {', '.join(edited)}")
        differences += _wording_differences(sealed, case)
    sealed_by = str(seal.made.get("version", ""))
    if sealed_by != winset_version():
        differences.append(f"sealed by winset {sealed_by}, repeated by {winset_version()}")
    return differences


def _wording_differences(sealed: Sealed, case: Case) -> list[str]:
    """Return whether the case now has another wording or another outcome of the question."""
    seal, resolution = sealed.seal, sealed.resolution
    question = next((q for q in case.questions if q.id == seal.subject), None)
    issue = next((i for i in case.issues if i.id == seal.subject), None)
    differences, text = [], None
    if seal.asks == "question" and question is not None:
        text, case_resolution = question.text, question.resolution
        if (
            resolution is not None
            and case_resolution is not None
            and resolution.outcome != case_resolution.outcome
        ):
            differences.append(
                f"case.yaml gives the outcome {case_resolution.outcome}; the ledger counts"
            )
    elif seal.asks == "issue" and issue is not None:
        text = issue.question or issue.title
    if text is None:
        differences.append(f"the case no longer has the {seal.asks}; the sealed wording counts")
    elif text != seal.text:
        differences.append(
            "the case has another wording of the question; the sealed wording counts"
        )
    return differences
