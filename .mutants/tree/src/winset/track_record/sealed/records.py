"""The entries of a ledger: sealed forecasts and the outcomes of their questions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
import pydantic.dataclasses
from pydantic import ConfigDict

from winset.case.cells import Date, Digest, InnerPath, Moment, Text, Title
from winset.case.chain import LEDGER, Chain, read_chain
from winset.case.ranges import number_text
from winset.case.records import understand
from winset.errors import CaseError, Problem, WinsetError, nearest, shorten

FORMAT = 2  # from 2 on a seal has a rule for judging the outcome, or a reason for having none
VOID = "void"
NO_AGREEMENT = "none"
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
Digests = dict[InnerPath, Digest]
Probability = Annotated[float, pydantic.Field(ge=0.0, le=1.0)]
Count = Annotated[int, pydantic.Field(ge=1)]


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SealedChance:
    """One outcome and its probability; ``error`` is the Monte Carlo error, None for one draw."""

    outcome: Title
    probability: Probability
    error: float | None
    draws: Count


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Settlement:
    """A distribution of settlements, given an agreement, in the issue's own units.

    Attributes:
        low: low end of the scale.
        high: high end.
        unit: of the scale.
        quantiles: at the middles of as many equal shares; none where no draw agrees.
    """

    low: float
    high: float
    unit: Text
    quantiles: tuple[float, ...]


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SealedCase:
    """The case when it was sealed: ``files`` are its own, path to digest."""

    title: Title
    digest: Digest
    as_of: Date
    files: Digests


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Archive:
    """Where the copy of the case's numbers is: ``files`` inside ``folder``."""

    folder: InnerPath
    files: Digests


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Seal:
    """A forecast recorded before its question was settled.

    Attributes:
        format: of the entry.
        at: when it was sealed.
        asks: whether it answers a question of the case or forecasts an issue.
        subject: id of the question or issue.
        text: the question in words.
        rule: how the outcome is to be judged, in words.
        no_rule: why there is no such rule, if it was sealed without one.
        resolve_by: day by which it is settled.
        quantities: outcome to the quantity of the model that answers it.
        chances: of the outcomes; for an issue, of an ``agreement``, or none where one is assumed.
        settlement: of an issue; None of a question.
        made: how the forecast was made: a `winset.forecast.provenance.Provenance`.
        draws: how many.
        forecast: digest of the whole result.
        case: the case at the time.
        archive: the copy of its numbers.
        note: anything else.
    """

    format: int
    at: Moment
    asks: Literal["question", "issue"]
    subject: Title
    text: Title
    rule: Text
    resolve_by: Date
    quantities: dict[Title, Title]
    chances: tuple[SealedChance, ...]
    settlement: Settlement | None
    made: dict[str, Any]
    draws: Count
    forecast: Digest
    case: SealedCase
    archive: Archive
    note: Text
    no_rule: Text = ""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The possible outcomes, apart from a number on an issue."""
        own = tuple(chance.outcome for chance in self.chances) if self.asks == "question" else ()
        return (*own, *((NO_AGREEMENT,) if self.asks == "issue" else ()), VOID)

    @property
    def required(self) -> str:
        """The possible outcomes, in words."""
        if self.settlement is None:
            return f"one of {', '.join(self.outcomes)}"
        low, high = number_text(self.settlement.low), number_text(self.settlement.high)
        return f"a number in [{low}, {high}], {' or '.join(self.outcomes)}"

    def allows(self, outcome: str) -> bool:
        """Return whether ``outcome`` is a possible outcome."""
        if outcome in self.outcomes:
            return True
        if self.settlement is None:
            return False
        try:
            return self.settlement.low <= float(outcome) <= self.settlement.high
        except ValueError:
            return False


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Resolution:
    """The outcome of a sealed question.

    Attributes:
        at: when it was recorded.
        seal: name of the sealed entry.
        outcome: one of the seal's outcomes, ``void`` where it does not count, or a number in the
            issue's own units.
        date: when it came about; None where it is only known that it did by the sealed day.
        source: who says so.
        note: anything else.
        amends: names of the resolutions that this one replaces.
    """

    at: Moment
    seal: Digest
    outcome: Title
    date: Date | None
    source: Text
    note: Text
    amends: tuple[Digest, ...]


_TEXT: pydantic.TypeAdapter[str] = pydantic.TypeAdapter(Text)
KINDS: Mapping[str, type] = {"seal": Seal, "resolution": Resolution}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A seal in its ledger.

    Attributes:
        id: name of its entry.
        line: of the ledger.
        seal: its content.
        resolution: the valid one; None while open.
        resolutions: all resolutions by name, in the order of the ledger.
    """

    id: str
    line: int
    seal: Seal
    resolution: Resolution | None = None
    resolutions: Mapping[str, Resolution] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The content of a case folder's ledger.

    Attributes:
        chain: its lines.
        sealed: the sealed forecasts, in order.
        problems: everything that is wrong with it, by line.
    """

    chain: Chain = field(default_factory=Chain)
    sealed: tuple[Sealed, ...] = ()
    problems: tuple[Problem, ...] = ()

    def find(self, name: str) -> Sealed:
        """Return the sealed forecast called ``name``.

        Args:
            name: the beginning of its digest, or the id of its question or issue if only one
                sealed forecast of that is open.

        Raises:
            WinsetError: when there is none, or more than one.
        """
        hits = [s for s in self.sealed if len(name) >= 4 and s.id.startswith(name.lower())]
        if not hits:
            matching = [s for s in self.sealed if s.seal.subject == name]
            hits = [s for s in matching if s.resolution is None] or matching
        if len(hits) == 1:
            return hits[0]
        if not hits:
            names = [s.id[:12] for s in self.sealed] + [s.seal.subject for s in self.sealed]
            raise WinsetError(f"no sealed forecast “{name}”; {nearest(name, names)}")
        listed = "; ".join(
            f"{s.id[:12]} of {s.seal.at.date()} ({s.seal.made.get('model')})" for s in hits
        )
        raise WinsetError(f"“{name}” may mean {len(hits)} sealed forecasts: {listed}")


def read_ledger(folder: Path) -> Ledger:
    """Return the ledger of the case in ``folder``; an empty one where there is none."""
    return understand_chain(read_chain(folder / LEDGER))


def understand_chain(chain: Chain) -> Ledger:
    """Return the entries of ``chain`` as records, with everything that is wrong with them."""
    problems = list(chain.problems)
    seals: dict[str, tuple[int, Seal]] = {}
    resolutions: dict[str, dict[str, Resolution]] = {}
    for entry in chain.entries:
        record, faults = _record(entry.kind, entry.body)
        problems += [
            Problem(
                where=f"{kind}: {where}" if where else kind,
                required=required,
                found=actual,
                remedy=remedy,
                file=LEDGER,
                line=entry.line,
            )
            for kind, where, required, actual, remedy in faults
        ]
        if isinstance(record, Seal):
            seals.setdefault(entry.sha256, (entry.line, record))
        elif isinstance(record, Resolution):
            seal = seals[record.seal][1] if record.seal in seals else None
            if seal is not None and seal.allows(record.outcome):
                resolutions.setdefault(record.seal, {})[entry.sha256] = record
                continue
            required, actual = "must name a sealed forecast above it", record.seal[:12]
            if seal is not None:
                required, actual = f"must say {seal.required}", shorten(record.outcome)
            problems.append(
                Problem(
                    where="resolution",
                    required=required,
                    found=actual,
                    file=LEDGER,
                    line=entry.line,
                )
            )
    sealed = []
    for name, (line, seal) in seals.items():
        own = resolutions.get(name, {})
        problems += _double_resolutions(name, own)
        last = list(own.values())[-1] if own else None
        sealed.append(Sealed(id=name, line=line, seal=seal, resolution=last, resolutions=own))
    problems.sort(key=lambda problem: problem.line)
    return Ledger(chain=chain, sealed=tuple(sealed), problems=tuple(problems))


RecordFault = tuple[str, str, str, str, str]


def _record(kind: str, body: Mapping[str, Any]) -> tuple[object, list[RecordFault]]:
    if kind not in KINDS:
        newer = "it may come from a newer version of winset"
        return None, [("entry", "kind", f"must be {' or '.join(KINDS)}", kind[:40], newer)]
    record, bad = understand(KINDS[kind], body)
    if isinstance(record, Seal) and record.format > FORMAT:
        fault = ("seal", "format", f"must be at most {FORMAT}", str(record.format))
        return None, [(*fault, "use the version of winset that sealed it, or a newer one")]
    if isinstance(record, Seal) and (wrong := _incomplete(record)):
        return None, [("seal", *wrong, "")]
    return None if bad else record, [
        (kind, ".".join(map(str, b.path)), b.required, b.found, b.remedy) for b in bad
    ]


def _incomplete(seal: Seal) -> tuple[str, str, str] | None:
    """Return field, requirement and actual value where a seal is incomplete for its kind."""
    if (seal.asks == "issue") != (seal.settlement is not None):
        return "settlement", "must stand with an issue, and only there", seal.asks
    outcomes = {chance.outcome for chance in seal.chances}
    needed = {*seal.quantities, *(["no"] if set(seal.quantities) == {"yes"} else [])}
    if seal.asks == "question" and (not needed or outcomes != needed):
        return "chances", "must give the outcomes of the question", ", ".join(outcomes) or "none"
    if seal.settlement is not None and not seal.settlement.low < seal.settlement.high:
        return "settlement", "must have low below high", number_text(seal.settlement.low)
    if seal.format >= 2 and not (seal.rule.strip() or seal.no_rule.strip()):
        return "rule", "must say how the outcome will be judged, or no_rule why it does not", "none"
    return None


def _double_resolutions(name: str, own: Mapping[str, Resolution]) -> list[Problem]:
    """Return a problem where two resolutions are both valid, as after a merge."""
    amended = {id for record in own.values() for id in record.amends}
    standing = [record for id, record in own.items() if id not in amended]
    if len({(record.outcome, record.date) for record in standing}) < 2:
        return []
    outcomes = " and ".join(dict.fromkeys(record.outcome for record in standing))
    return [
        Problem(
            where=f"sealed forecast {name[:12]}",
            required="must be resolved once",
            found=f"{len(standing)} resolutions side by side: {outcomes}",
            remedy="choose one with `winset resolve CASE ENTRY --amend`",
            file=LEDGER,
        )
    ]


def as_words(name: str, text: str) -> str:
    """Return ``text`` in the form that an entry can hold.

    Raises:
        CaseError: when an entry cannot hold it, with ``name`` as the place.
    """
    try:
        return str(_TEXT.validate_python(text))
    except pydantic.ValidationError as error:
        why = error.errors()[0]["msg"]
        raise CaseError(
            [Problem(where=name, required=f"must be {why}", found=shorten(text))]
        ) from None


def in_json(value: object) -> Any:
    """Return ``value`` in JSON's own types; a number that JSON cannot hold becomes text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: in_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): in_json(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [in_json(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).replace("+00:00", "Z")
    return str(value)
