"""What can go wrong, said so that the reader can mend it: where, required, found, what to do."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a case.

    Attributes:
        where: the thing in the words of the case, ``France on quota: position``.
        required: what must hold, completing "must be …" or standing alone.
        found: what stands there instead.
        remedy: what to do about it; may be empty.
        file: path inside the case folder; empty for a case built in memory.
        line: line in ``file``, from 1; 0 when the whole file is meant.
        column: character in the line, from 1; 0 when the whole line is meant.
    """

    where: str
    required: str
    found: str
    remedy: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        sentence = f"{self.where}: {self.required}; found {self.found}"
        if self.remedy:
            sentence = f"{sentence}; {self.remedy}"
        return f"{place}: {sentence}" if place else sentence


class WinsetError(Exception):
    """An error whose message is meant for the user; the command line exits with status 1."""


class CaseError(WinsetError):
    """A case that does not hold together; ``problems`` lists everything found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a remedy that names the closest known name, or lists a few.

    >>> nearest("postion", ["position", "salience"])
    'did you mean “position”?'
    """
    names: Sequence[str] = sorted({str(k) for k in known})
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean “{close[0]}”?"
    if not names:
        return "none is defined"
    listed = ", ".join(names[:8])
    return f"known: {listed}, …" if len(names) > 8 else f"known: {listed}"


def shorten(value: object, limit: int = 60) -> str:
    """Return ``value`` as one short quoted line, safe to print.

    >>> shorten("a" * 100, limit=5)
    '“aaaa…”'
    """
    text = "".join(c if c.isprintable() else "�" for c in " ".join(str(value).split()))
    return f"“{text if len(text) <= limit else text[: limit - 1] + '…'}”"


def check_ending(path: str | Path, endings: Sequence[str], *, what: str = "the file") -> None:
    """Refuse a ``path`` whose ending promises another kind of file than is written to it.

    Args:
        path: where something is to be written.
        endings: those that fit, in lower case; capitals fit as well.
        what: what is written there, in the words of the caller.

    Raises:
        WinsetError: for another ending, or none.

    >>> check_ending("out.HTML", [".html", ".htm"])
    """
    ending = Path(path).suffix.lower()
    if ending in endings:
        return
    known = " or ".join(filter(None, [", ".join(endings[:-1]), endings[-1]]))
    remedy = nearest(ending, endings)
    if ending == ".pdf" and ".html" in endings:
        remedy = f"write “{Path(path).stem}.html”, open it in a browser and print it as PDF"
    elif not remedy.startswith("did"):
        remedy = f"for example “{Path(path).stem or 'out'}{endings[0]}”"
    raise WinsetError(
        f"{path}: {what} must end in {known}; found {f'“{ending}”' if ending else 'no ending'}; "
        f"{remedy}"
    )
