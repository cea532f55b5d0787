"""Decisions whose outcome is known, as cases: a table with a line an actor and issue, or a folder.

What a table leaves open is filled by a stated rule, and every filling is counted and told.
"""

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from winset.case.folder import read_case
from winset.case.model import Case
from winset.case.parts import Actor, Issue, Resolved, Scale, Stance
from winset.case.ranges import Range, parse_range, point
from winset.errors import CaseError, Problem, WinsetError, nearest, shorten
from winset.formats.council import listed, long_form
from winset.formats.grid import Grid, GridLine, read_grid
from winset.formats.names import identifiers

# The first name is ours; the others are what such tables call it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "issue": ("issue",),
    "actor": ("actor",),
    "position": ("position",),
    "group": ("group", "proposal"),
    "title": ("title", "name"),
    "salience": ("salience",),
    "influence": ("influence", "council_votes", "capability", "capabilities", "power", "votes"),
    "reversion": ("reversion", "reference_point"),
    "outcome": ("outcome",),
    "low": ("low", "scale_low"),
    "high": ("high", "scale_high"),
    "rule": ("rule", "voting_rule", "council_vote"),
}
MOST_INFLUENCE = 1e9
FARTHEST = 1e12  # end of a scale
LONGEST_NAME = 500
REQUIRED = ("issue", "actor", "position", "outcome")
MISSING = frozenset({"", ".", "na", "n/a", "nan", "null", "#null!", "missing", "dk"})
ALWAYS = datetime.date(2000, 1, 1)  # such tables say no date, and no model asks for one


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One issue of one case, with its outcome.

    Attributes:
        id: of the issue in its table, or ``case/issue``.
        group: what it was decided together with: cases of one group are not independent.
        case: that has the issue.
        issue: its id there.
        outcome: in the issue's own units.
        rule: how it was voted on, as its table names it; empty where it does not.
    """

    id: str
    group: str
    case: Case
    issue: str
    outcome: float
    rule: str = ""

    @property
    def scale(self) -> Scale:
        """The scale of the issue."""
        return self.case.issue(self.issue).scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """A test collection.

    Attributes:
        name: of the table or folder.
        digest: SHA-256 of what the decisions say.
        decisions: in the order of the table.
        notes: what was filled in or left out, with counts.
    """

    name: str
    digest: str
    decisions: tuple[Decision, ...]
    notes: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, each once, in order."""
        return tuple(dict.fromkeys(decision.group for decision in self.decisions))

    def together(self, decision: Decision) -> Decision | None:
        """Return ``decision`` in one case with the other issues of its group; None if alone.

        For models that trade one issue for another. Issues of a case folder stand together already.
        """
        others = [d for d in self.decisions if d.group == decision.group]
        if len(others) < 2 or others[0].case is others[1].case:
            return None
        actors = {a.id: a for d in others for a in d.case.actors}
        case = Case(
            title=decision.case.title,
            as_of=decision.case.as_of,
            issues=tuple(issue for d in others for issue in d.case.issues),
            actors=tuple(actors.values()),
            stances=tuple(stance for d in others for stance in d.case.stances),
        )
        return replace(decision, case=case)


def read_decisions(path: str | Path) -> Decisions:
    """Return the decisions in a table or in a folder of cases.

    Raises:
        WinsetError: when there is nothing to read, or no outcome in it.
        CaseError: with every problem of the table, or of all the cases.
    """
    path = Path(path).resolve()  # “.” has no name
    decisions, notes = _from_folder(path) if path.is_dir() else _from_table(read_grid(path))
    if not decisions:
        raise WinsetError(f"{path}: no issue in it has an outcome, so nothing can be scored")
    content = "\n".join(f"{d.group}\t{d.id}\t{d.case.digest}\t{d.outcome!r}" for d in decisions)
    digest = hashlib.sha256(content.encode()).hexdigest()
    return Decisions(name=path.name, digest=digest, decisions=tuple(decisions), notes=tuple(notes))


def _from_folder(path: Path) -> tuple[list[Decision], list[str]]:
    if (path / "case.yaml").exists():
        folders = [path]
    else:
        folders = sorted(child.parent for child in path.glob("*/case.yaml"))
    if not folders:
        raise WinsetError(
            f"{path}: must be a table, a case folder or a folder of case folders; found a folder "
            "without any case.yaml"
        )
    decisions, open_issues = [], 0
    problems: list[Problem] = []
    for folder in folders:
        try:
            case = read_case(folder)
        except CaseError as error:
            problems += [replace(p, file=f"{folder.name}/{p.file}") for p in error.problems]
            continue
        for issue in case.issues:
            if issue.outcome is None:
                open_issues += 1
                continue
            value = issue.outcome.value.middle
            decisions.append(
                Decision(id=f"{folder.name}/{issue.id}", group=folder.name, case=case,
                         issue=issue.id, outcome=value)
            )  # fmt: skip
    if problems:
        raise CaseError(problems)
    notes = [f"issues without an outcome, left out: {open_issues}"] if open_issues else []
    return decisions, notes


def _from_table(grid: Grid) -> tuple[list[Decision], list[str]]:
    wide = "actor" not in grid.columns
    grid, notes = long_form(grid)
    names = {
        ours: next(name for name in known if name in grid.columns)
        for ours, known in COLUMNS.items()
        if any(name in grid.columns for name in known)
    }
    absent = [name for name in REQUIRED if name not in names]
    if absent:
        raise CaseError(
            Problem(where="header", required=f"must have a column “{name}”", file=grid.file, line=1,
                    found=", ".join(grid.columns[:12]), remedy=nearest(name, grid.columns))
            for name in absent
        )  # fmt: skip
    unread = [name for name in grid.columns if name not in names.values()]
    if unread and not wide:
        notes = [f"columns not read: {listed(unread)}"]
    lines: dict[str, list[GridLine]] = {}
    for line in grid.lines:
        own = {ours: line.cells[name] for ours, name in names.items()}
        lines.setdefault(own["issue"], []).append(GridLine(number=line.number, cells=own))
    actors = dict.fromkeys(line.cells["actor"] for own in lines.values() for line in own)
    reader = _Reader(grid.file, dict(zip(actors, identifiers(list(actors), "actor"), strict=True)))
    issues = dict(zip(lines, identifiers(list(lines), "issue"), strict=True))
    decisions = [d for name, own in lines.items() if (d := reader.decision(issues[name], own))]
    if reader.problems:
        raise CaseError(reader.problems)
    return decisions, [*notes, *(f"{repair}: {count}" for repair, count in reader.mended.items())]


class _Reader:
    """Reads the issues of one table, gathering what is wrong and what was mended."""

    def __init__(self, file: str, actors: dict[str, str]) -> None:
        self._file = file
        self._actors = actors
        self.problems: list[Problem] = []
        self.mended: Counter[str] = Counter()

    def decision(self, id: str, lines: list[GridLine]) -> Decision | None:
        """Return the decision on one issue; None where it has no outcome or is wrong."""
        before = len(self.problems)
        self._names(lines)
        group, rule = self._one(lines, "group") or id, self._one(lines, "rule")
        scale = self._scale(lines)
        outcome = self._number(lines, "outcome", scale)
        reversion = self._number(lines, "reversion", scale)
        actors = self._stances(id, lines, scale)
        if len(self.problems) > before:
            return None
        if outcome is None:
            self.mended["issues without an outcome, left out"] += 1
            return None
        if not actors:
            self.mended["issues on which no actor has a position, left out"] += 1
            return None
        if len(actors) < 3:
            self.mended["issues with fewer than three actors, kept"] += 1
        issue = Issue(
            id=id, title=id, scale=scale, outcome=Resolved(value=point(outcome)),
            reversion=None if reversion is None else point(reversion),
        )  # fmt: skip
        title = next((line.cells["title"] for line in lines if line.cells.get("title")), "") or id
        case = Case(
            title=title,
            as_of=ALWAYS,
            issues=(issue,),
            actors=tuple(actor for actor, _ in actors),
            stances=tuple(stance for _, stance in actors),
        )
        return Decision(id=id, group=group, case=case, issue=id, outcome=outcome, rule=rule)

    def _names(self, lines: list[GridLine]) -> None:
        """Look whether every name can be shown and written."""
        for line in lines:
            for name in ("issue", "actor"):
                if not line.cells[name]:
                    self._wrong(line, name, "must be named", "an empty cell", "name it")
            for name in ("issue", "actor", "group", "title", "rule"):
                text = line.cells.get(name, "")
                if len(text) > LONGEST_NAME or not text.isprintable():
                    self._wrong(
                        line,
                        name,
                        f"must be text of at most {LONGEST_NAME} characters, "
                        "none of them a control character",
                        shorten(text),
                        "shorten it",
                    )

    def _scale(self, lines: list[GridLine]) -> Scale:
        low, high = (self._number(lines, name) for name in ("low", "high"))
        scale = Scale(low=0.0 if low is None else low, high=100.0 if high is None else high)
        if not scale.low < scale.high:
            self._wrong(lines[0], "low", f"must be less than high ({scale.high:g})",
                        f"{scale.low:g}", "give both ends of the scale")  # fmt: skip
            return Scale(low=-FARTHEST, high=FARTHEST)
        return scale

    def _stances(self, id: str, lines: list[GridLine], scale: Scale) -> list[tuple[Actor, Stance]]:
        seen: dict[str, int] = {}
        rows: list[tuple[str, Range, Range | None, Range | None]] = []
        for line in lines:
            name = line.cells["actor"]
            if name in seen:
                self._wrong(line, "actor", f"must stand once on {id}", f"again {shorten(name)}")
            seen[name] = line.number
            position = self._cell(line, "position", scale.low, scale.high)
            salience = self._cell(line, "salience", 0.0, 100.0)
            influence = self._cell(line, "influence", 0.0, MOST_INFLUENCE)
            if position is None:
                self.mended["actors without a position on an issue, left out there"] += 1
                continue
            if salience is not None and salience.high == 0.0:
                self.mended["saliences of 0 (by custom not a member or no stake), weight 0"] += 1
            rows.append((name, position, salience, influence))
        saliences = _filled([row[2] for row in rows], "salience" in lines[0].cells)
        influences = _filled([row[3] for row in rows], "influence" in lines[0].cells)
        for index, name in ((2, "salience"), (3, "influence")):
            if name not in lines[0].cells:
                self.mended[f"issues of a table without {name}, taken as alike for all actors"] += 1
            elif count := sum(row[index] is None for row in rows):
                self.mended[f"missing {name}, taken as the mean of the others on the issue"] += (
                    count
                )
        return [
            (
                Actor(id=own, name=name or own),
                Stance(issue=id, actor=own, position=position, salience=salience,
                       influence=influence),
            )
            for (name, position, _, _), salience, influence in zip(
                rows, saliences, influences, strict=True
            )
            for own in [self._actors[name]]
        ]  # fmt: skip

    def _one(self, lines: list[GridLine], name: str) -> str:
        """Return what the lines of one issue say together; a line may leave it to the others."""
        filled = [line for line in lines if line.cells.get(name, "").lower() not in MISSING]
        for line in filled[1:]:
            if not _same(line.cells[name], filled[0].cells[name]):
                self._wrong(line, name, f"must be the same on every line of {line.cells['issue']}",
                            f"{shorten(line.cells[name])} after {shorten(filled[0].cells[name])}",
                            "correct one of them")  # fmt: skip
                break
        return filled[0].cells[name] if filled else ""

    def _number(self, lines: list[GridLine], name: str, scale: Scale | None = None) -> float | None:
        text = self._one(lines, name)
        if not text:
            return None
        low, high = (scale.low, scale.high) if scale else (-FARTHEST, FARTHEST)
        first = next(line for line in lines if line.cells.get(name) == text)
        value = self._cell(first, name, low, high)
        return None if value is None else value.middle

    def _cell(self, line: GridLine, name: str, low: float, high: float) -> Range | None:
        text = line.cells.get(name, "")
        if text.lower() in MISSING:
            return None
        if text.count(",") == 1:
            text = text.replace(",", ".")
            self.mended["decimal commas read as points"] += 1
        try:
            value = parse_range(text)
        except ValueError as error:
            self._wrong(line, name, f"must be {error}", shorten(text))
            return None
        if not low <= value.low <= value.high <= high:
            self._wrong(line, name, f"must lie in [{low:g}, {high:g}]", shorten(text))
            return None
        return value

    def _wrong(
        self, line: GridLine, name: str, required: str, actual: str, remedy: str = ""
    ) -> None:
        actor, issue = (shorten(line.cells[k] or "?").strip("“”") for k in ("actor", "issue"))
        if actual.startswith("“="):
            remedy = "put the value of the formula in its place"
        self.problems.append(
            Problem(where=f"{actor} on {issue}: {name}", required=required, found=actual,
                    file=self._file, line=line.number,
                    remedy=remedy or "correct the cell, or empty it if nobody knows")
        )  # fmt: skip


def _same(one: str, other: str) -> bool:
    """Whether two cells say the same, as “10” and “10.0” do."""
    try:
        return one == other or parse_range(one) == parse_range(other)
    except ValueError:
        return False


def _filled(values: list[Range | None], has_column: bool) -> Iterator[Range]:
    """Yield the values, the missing ones at the mean of the others; all alike if none is known."""
    known = [value.middle for value in values if value is not None]
    mean = point(sum(known) / len(known)) if has_column and known else point(50.0)
    yield from (value if value is not None else mean for value in values)
