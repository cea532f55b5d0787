"""A text file with a line for each position: issue, actor, position, separated by tabs."""

import datetime
from pathlib import Path

from winset.case.model import Case
from winset.case.parts import Actor, Issue, Scale, Stance
from winset.case.ranges import parse_range
from winset.errors import CaseError, WinsetError
from winset.formats.registry import Format, ReadFormat, WrittenFormat

HEAD = "# positions of a winset case\n"


def write(case: Case) -> WrittenFormat:
    """Return the positions of ``case``; stances under a condition are left out."""
    scales = [f"scale\t{i.id}\t{i.scale.low!r}\t{i.scale.high!r}" for i in case.issues]
    plain = [s for s in case.stances if s.condition is None and s.position is not None]
    rows = [f"position\t{s.issue}\t{s.actor}\t{s.position}" for s in plain]
    left_out = len(case.stances) - len(plain)
    return WrittenFormat(
        data=(HEAD + "\n".join([*scales, *rows]) + "\n").encode(),
        left_out=(f"{left_out} stances without a plain position",) if left_out else (),
    )


def read(path: Path, as_of: datetime.date | None) -> ReadFormat:
    """Return the case of the file at ``path``: everyone minds alike and weighs alike.

    Raises:
        WinsetError: when it is no such file, or no day is given.
    """
    if as_of is None:
        raise WinsetError(f"{path}: --as-of: must be given; found none; name the day")
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise WinsetError(f"{path}: must be UTF-8 text; save it as UTF-8") from None
    if not text.startswith(HEAD):
        raise WinsetError(f"{path}: must begin with “{HEAD.strip()}”; is it another file?")
    try:
        case = _case(path, text.splitlines()[1:], as_of)
    except CaseError:
        raise
    except (ValueError, KeyError) as error:  # a cell that is no number, or text no case may hold
        reason = " ".join(str(error).split())
        raise WinsetError(f"{path}: a line cannot be understood: {reason}") from None
    return ReadFormat(case=case, summary=f"{len(case.stances)} positions")


def _case(path: Path, lines: list[str], as_of: datetime.date) -> Case:
    rows = [line.split("\t") for line in lines if line.strip()]
    if not all(len(row) == 4 for row in rows):
        raise WinsetError(f"{path}: every line must have 4 cells; correct or remove the others")
    scales = {
        row[1]: Scale(low=float(row[2]), high=float(row[3])) for row in rows if row[0] == "scale"
    }
    alike = parse_range("50")
    stances = tuple(
        Stance(
            issue=row[1],
            actor=row[2],
            position=parse_range(row[3]),
            salience=alike,
            influence=alike,
        )
        for row in rows
        if row[0] == "position"
    )
    return Case(
        title=path.stem,
        as_of=as_of,
        issues=tuple(Issue(id=id, title=id, scale=scale) for id, scale in scales.items()),
        actors=tuple(Actor(id=id, name=id) for id in dict.fromkeys(s.actor for s in stances)),
        stances=stances,
    )


def kept(case: Case) -> object:
    """Return the plain positions by issue and actor: all that this format keeps."""
    return {
        (s.issue, s.actor): s.position
        for s in case.stances
        if s.condition is None and s.position is not None
    }


POSITIONS = Format(
    name="positions",
    title="Positions",
    noun="a text file of positions",
    explains="A line for each position, to read by eye.",
    file="case.pos",
    media_type="text/plain; charset=utf-8",
    suffixes=(".pos",),
    magic=(HEAD.encode(),),
    cannot_carry=("everything but scales and plain positions",),
    write=write,
    read=read,
    kept=kept,
    as_of="The day that the positions stand for; required, since the file says none.",
)
