"""KTAB's spatial-model CSV, in and out.

First line: name, description, number of actors, number of dimensions. Second line: headings. Then
an actor a line: name, description, power, and a position and a salience for each dimension, all on
0-100. A trailing comma may end every line.
"""

import datetime
import re
from pathlib import Path

from winset.case import csv_text
from winset.case.model import Case
from winset.case.parts import Actor, Issue, Stance
from winset.case.ranges import Range, number_text, parse_range
from winset.errors import CaseError, Problem, WinsetError, shorten
from winset.formats.names import identifiers

MOST_DIMENSIONS = 50


def read_ktab(path: str | Path, *, as_of: datetime.date) -> Case:
    """Return the case that the KTAB file at ``path`` holds.

    Args:
        path: of the file.
        as_of: the day that its numbers stand for, which such a file does not say.

    Raises:
        CaseError: with every problem of the file, each with its line and column.
        WinsetError: when there is no such file.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except OSError as error:
        raise WinsetError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CaseError(
            [Problem(where="file", required="must be UTF-8 text", file=path.name, line=line,
                     found=f"byte 0x{data[error.start]:02x}", remedy="save it as UTF-8")]
        ) from None  # fmt: skip
    return parse_ktab(text, path.name, as_of)


def parse_ktab(text: str, file: str, as_of: datetime.date) -> Case:
    """Return the case that ``text`` holds; `read_ktab` says more."""
    table = csv_text.parse_csv(text, file)
    head = [cell.strip() for cell in table.header.cells]
    counts = [_count(cell) for cell in head[2:4]]
    if len(counts) < 2 or None in counts or not 1 <= (counts[1] or 0) <= MOST_DIMENSIONS:
        raise CaseError(
            [Problem(where="first line", file=file, line=1, found=shorten(",".join(head)),
                     required="must be name, description, number of actors, number of dimensions",
                     remedy="is this a KTAB spatial-model file?")]
        )  # fmt: skip
    wanted, dimensions = counts
    assert wanted is not None and dimensions is not None
    rows = table.rows[1:]
    problems: list[Problem] = []
    if len(rows) != wanted:
        problems.append(
            Problem(where="actors", required=f"must be {wanted}, as the first line says",
                    found=str(len(rows)), file=file, line=1,
                    column=table.column_of(table.header, 2),
                    remedy="correct the count, or add what is missing")
        )  # fmt: skip
    issues = tuple(
        Issue(id=f"dimension-{k + 1}", title=f"Dimension {k + 1}") for k in range(dimensions)
    )
    actors: list[Actor] = []
    stances: list[Stance] = []
    for row in rows:
        cells = [cell.strip() for cell in row.cells]
        if len(cells) == 4 + 2 * dimensions and not cells[-1]:
            cells.pop()
        if len(cells) != 3 + 2 * dimensions:
            problems.append(
                Problem(where=shorten(cells[0])[1:-1], file=file, line=row.line,
                        required=f"must have {3 + 2 * dimensions} cells", found=str(len(cells)),
                        remedy="give power, and a position and a salience for each dimension")
            )  # fmt: skip
            continue
        values = []
        for k, cell in enumerate(cells[2:], start=2):
            value = _value(cell, 0.0, float("inf") if k == 2 else 100.0)
            if value is None:
                bounds = "0 or more" if k == 2 else "in [0, 100]"
                quantity = "power" if k == 2 else "salience" if k % 2 == 0 else "position"
                problems.append(
                    Problem(where=f"{cells[0]}: {quantity}", required=f"must be a number {bounds}",
                            found=shorten(cell), file=file, line=row.line,
                            column=table.column_of(row, k), remedy="correct the number")
                )  # fmt: skip
            values.append(value)
        if None in values:
            continue
        id = identifiers([*(actor.id for actor in actors), cells[0]], "actor")[-1]
        actors.append(Actor(id=id, name=cells[0] or id, note=cells[1]))
        stances += [
            Stance(issue=issue.id, actor=id, influence=values[0], position=values[1 + 2 * k],
                   salience=values[2 + 2 * k])
            for k, issue in enumerate(issues)
        ]  # fmt: skip
    if problems:
        raise CaseError(problems)
    return Case(
        title=head[0] or "A KTAB case",
        as_of=as_of,
        summary=head[1],
        issues=issues,
        actors=tuple(actors),
        stances=tuple(stances),
    )


def _count(cell: str) -> int | None:
    return int(cell) if re.fullmatch(r"\d{1,6}", cell) else None


def _value(cell: str, low: float, high: float) -> Range | None:
    try:
        value = parse_range(cell)
    except ValueError:
        return None
    return (
        value if value.certain and low <= value.low <= high and value.low != float("inf") else None
    )


def write_ktab(case: Case) -> str:
    """Return ``case`` as a KTAB file: ranges at their medians, positions as per cent of the scale.

    Power is the mean of an actor's influence over the issues.

    Raises:
        WinsetError: when an actor has no stance on an issue, which the format cannot say.
    """
    header = [case.title, " ".join(case.summary.split()), len(case.actors), len(case.issues)]
    columns = ["Name", "Description", "Power"]
    columns += [
        f"{issue.title} {quantity}"
        for issue in case.issues
        for quantity in ("Position", "Salience")
    ]
    by_key = {(s.actor, s.issue): s for issue in case.issues for s in case.stances_on(issue.id)}
    lines = []
    for actor in case.actors:
        own = [by_key.get((actor.id, issue.id)) for issue in case.issues]
        cells: list[str] = []
        power = 0.0
        for issue, stance in zip(case.issues, own, strict=True):
            if stance is None:
                raise WinsetError(
                    f"{actor.id} has no stance on {issue.id}: a KTAB file needs one of every actor "
                    "on every issue; add one with salience 0, or leave the actor out"
                )
            assert stance.position and stance.salience and stance.influence
            share = (stance.position.middle - issue.scale.low) / issue.scale.width
            cells += [number_text(share * 100.0), number_text(stance.salience.middle)]
            power += stance.influence.middle / len(own)
        lines.append([actor.name, " ".join(actor.note.split()), number_text(power), *cells])
    return csv_text.write_csv([str(cell) for cell in header], [columns, *lines])
