"""Tables of Council decisions with a line an issue and columns for every actor, made long.

The Decision-making in the European Union collections (Thomson et al. 2006; Thomson 2011; Arregui
and Perarnaud 2022, doi:10.34810/data53) are passed on in this shape too: `fr_pos`, `pos_fr`,
`frpos` or `fr` for positions, `fr_sal`, `sal_fr` or `frsal` for saliences. What is peculiar to them
is mended here and told: codes for missing numbers, several names of one country, votes that no
column gives.
"""

import re
from collections import Counter

from winset.errors import CaseError, Problem, shorten
from winset.formats.grid import Grid, GridLine

# Weighted votes: Council of 15 (Treaty of Accession 1994), then as of Nice with later accessions.
_FIFTEEN = {
    "de": 10, "fr": 10, "it": 10, "uk": 10, "es": 8, "be": 5, "el": 5, "nl": 5, "pt": 5, "at": 4,
    "se": 4, "dk": 3, "fi": 3, "ie": 3, "lu": 2,
}  # fmt: skip
_NICE = {
    "de": 29, "fr": 29, "it": 29, "uk": 29, "es": 27, "pl": 27, "ro": 14, "nl": 13, "be": 12,
    "cz": 12, "el": 12, "hu": 12, "pt": 12, "at": 10, "bu": 10, "se": 10, "cr": 7, "dk": 7, "fi": 7,
    "ie": 7, "lt": 7, "sk": 7, "cy": 4, "ee": 4, "lu": 4, "lv": 4, "si": 4, "mt": 3,
}  # fmt: skip
INSTITUTIONS = ("com", "ep")
_SAME = {"gr": "el", "gb": "uk", "bg": "bu", "hr": "cr", "cec": "com", "parl": "ep"}
_ACTORS = (*INSTITUTIONS, *_NICE, *_SAME)
_QUANTITIES = {
    "position": ("position", "pos", "p", ""),
    "salience": ("salience", "sal", "s"),
}
_SHARED: dict[str, tuple[str, ...]] = {
    "issue": ("issue", "issueid", "issue_id", "isnr", "issuenr", "issue_nr"),
    "group": ("group", "proposal", "proposalid", "proposal_id", "prnr", "propnr", "proposal_nr"),
    "title": ("title", "name", "prname", "issuename", "issue_name"),
    "reversion": (
        "reversion", "reference_point", "rp", "referencepoint", "ref", "status_quo", "sq",
    ),
    "outcome": ("outcome", "out", "decision"),
    "wave": ("wave", "deu", "dataset", "round"),
    "rule": ("rule", "voting_rule", "council_vote"),
    "low": ("low", "scale_low"),
    "high": ("high", "scale_high"),
}  # fmt: skip
_MISSING = re.compile(r"-9+(\.0+)?|9{3,}(\.0+)?")


def long_form(grid: Grid) -> tuple[Grid, list[str]]:
    """Return ``grid`` with a line an actor and issue, and what was mended on the way.

    A table that is long already comes back as it is.

    Raises:
        CaseError: when it is neither shape.
    """
    if "actor" in grid.columns:
        return grid, []
    places = _places(grid)
    actors = list(dict.fromkeys(actor for actor, _ in places))
    if len(actors) < 2:
        raise CaseError(
            [Problem(where="header", file=grid.file, line=1, found=", ".join(grid.columns[:12]),
                     required="must have a column “actor”, or columns such as fr_pos and fr_sal "
                     "for at least two actors", remedy="rename the columns")]
        )  # fmt: skip
    shared = {
        ours: name for ours, known in _SHARED.items() for name in known if name in grid.columns
    }
    mended: Counter[str] = Counter()
    lines = []
    for line in grid.lines:
        own = {ours: _number(line.cells[name], mended) if ours in ("reversion", "outcome")
               else line.cells[name] for ours, name in shared.items()}  # fmt: skip
        own["issue"] = _issue_name(own, line)
        cells = {place: _number(line.cells[name], mended) for place, name in places.items()}
        if not any(cells.get((actor, "position")) for actor in actors):
            mended["issues on which no actor has a position, left out"] += 1
        votes = _votes(own.get("wave", ""), [a for a in actors if cells.get((a, "position"))])
        for actor in actors:
            position = cells.get((actor, "position"), "")
            if not position:
                continue
            row = {**own, "actor": actor, "position": position, "influence": f"{votes[actor]:g}"}
            if any(quantity == "salience" for _, quantity in places):
                row["salience"] = cells.get((actor, "salience"), "")
            lines.append(GridLine(number=line.number, cells=row))
    columns = tuple(lines[0].cells) if lines else ("issue", "actor", "position", "outcome")
    notes = [f"{repair}: {count}" for repair, count in mended.items()]
    read = {*places.values(), *shared.values()}
    if unread := [name for name in grid.columns if name not in read]:
        notes.append(f"columns not read: {listed(unread)}")
    notes.append(
        "read as a line an issue; influence is the weighted votes in the Council, Commission and "
        "Parliament as its largest member"
    )
    return Grid(file=grid.file, columns=columns, lines=tuple(lines)), notes


def listed(names: list[str], most: int = 8) -> str:
    """Return names for a reader, the first few of many."""
    text = ", ".join(shorten(name) for name in names[:most])
    return text if len(names) <= most else f"{text} and {len(names) - most} more"


def _places(grid: Grid) -> dict[tuple[str, str], str]:
    """Return which column holds what of whom."""
    columns: dict[tuple[str, str], str] = {}
    for name in grid.columns:
        for quantity, words in _QUANTITIES.items():
            for word in words:
                shape = (
                    rf"(?P<a>{'|'.join(_ACTORS)})[_.]?{word}|{word}[_.]?(?P<b>{'|'.join(_ACTORS)})"
                )
                if match := re.fullmatch(shape, name):
                    actor = match["a"] or match["b"]
                    columns.setdefault((_SAME.get(actor, actor), quantity), name)
    return columns


def _issue_name(own: dict[str, str], line: GridLine) -> str:
    group, issue = own.get("group", ""), own.get("issue", "")
    if not issue:
        return f"{group or 'line'}-{line.number}"
    # Numbered within a proposal, as in “1”, or by a name of its own, as in “d00032i1”.
    return f"{group}i{issue}" if group and re.fullmatch(r"\d{1,2}(\.0)?", issue) else issue


def _number(text: str, mended: Counter[str]) -> str:
    if not _MISSING.fullmatch(text.replace(",", ".")):
        return text
    mended[f"cells with the code {shorten(text)} for a missing number, emptied"] += 1
    return ""


def _votes(wave: str, present: list[str]) -> dict[str, float]:
    """Return everybody's weighted votes, by the wave or else by whether later members take part."""
    first = wave.strip().lower() in ("deu1", "deui", "i", "1", "1.0")
    unknown = wave.strip() == ""
    fifteen = first or (unknown and set(present) <= {*_FIFTEEN, *INSTITUTIONS})
    votes = _FIFTEEN if fifteen else _NICE
    most = float(max(votes.values()))
    return {a: most if a in INSTITUTIONS else float(votes.get(a, min(votes.values())))
            for a in dict.fromkeys([*present, *_NICE, *INSTITUTIONS])}  # fmt: skip
