"""The pages of README and docs, read as what they ask a reader to type."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# What a fenced block may hold that no test types, by how its line begins, with the reason.
NOT_RUN = {
    "python3 dev.py ": "makes an environment from the package index; tests/test_dev.py looks at it",
    "sudo apt-get install ": "installs on the machine",
    "python3 -m venv ": "makes an environment to install into",
    "pip install ": "downloads",
    "pip --python env/bin/python install ": "downloads",
    "winset forecast iran-syria-2015 --draws 10000000 --cluster tcp://": "needs other machines",
    "winset seal my-talks --question agreement --resolve-by 2027-06-30 --rule ": "asks witnesses; "
    "tests/test_witness.py runs it",
    "winset verify my-talks --trust tsa.pem ": "needs witnesses; tests/test_witness.py runs it",
    "winset witness my-talks --trust tsa.pem ": "asks witnesses; tests/test_witness.py runs it",
}
PROGRAMS = ("winset", "python", "python3", "pip", "dask", "sudo", "cp", "mkdir", "cd", "git", ".")
_BLOCK = re.compile(
    r'^(?:<!-- keys: (?P<keys>".*") -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```', re.M | re.S
)
_COMMAND = re.compile(r"^\$ ((?:[^\n]*\\\n)*[^\n]*)\n?(.*?)(?=^\$ |\Z)", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a reader does with a page.

    Attributes:
        kind: ``console`` or ``python``.
        text: the command, or the lines of a Python session.
        output: what the page shows below the command; empty if nothing. ``...`` is any text.
        keys: what is typed while the command runs, from a comment above the block.
    """

    kind: str
    text: str
    output: str = ""
    keys: str = ""


def blocks(page: Path, *kinds: str) -> list[str]:
    """Return the texts of the fenced blocks of these kinds."""
    return [block["text"] for block in _BLOCK.finditer(page.read_text()) if block["kind"] in kinds]


def steps(page: Path) -> list[Step]:
    """Return what a reader of ``page`` types, in its order."""
    listed: list[Step] = []
    for block in _BLOCK.finditer(page.read_text()):
        if block["kind"] == "python":
            listed.append(Step("python", block["text"]))
        elif block["kind"] == "console":
            keys = (block["keys"] or '""')[1:-1].encode().decode("unicode_escape")
            for command, output in _COMMAND.findall(block["text"]):
                listed.append(Step("console", command.replace("\\\n", " "), output, keys))
    return listed


def has_commands(page: Path) -> bool:
    """Return whether a reader of ``page`` types commands, not Python alone."""
    return any(step.kind == "console" for step in steps(page))


def unrun(page: Path) -> list[str]:
    """Return the lines of fenced blocks that are commands and that no test types."""
    lines = [
        line.strip()
        for block in _BLOCK.finditer(page.read_text())
        if block["kind"] not in ("console", "python")
        for line in block["text"].splitlines()
    ]
    return [line for line in lines if line.removeprefix("$ ").split(" ")[0] in PROGRAMS]


def inline_commands(text: str) -> list[list[str]]:
    """Return the words of every ``winset …`` in single backticks."""
    spans = re.findall(r"(?<!`)`(winset [^`]+)`(?!`)", text)
    return [shlex.split(span.replace("\n", " "))[1:] for span in spans]


def inline_options(text: str) -> set[str]:
    """Return every ``--option`` that stands alone or first in single backticks."""
    return set(re.findall(r"(?<!`)`(--[a-z][a-z-]*)[ `]", text))


def matches(shown: str, printed: str) -> bool:
    """Return whether ``printed`` is what the page shows, ``...`` standing for any text."""
    parts = [re.escape(part) for part in shown.strip().split("...")]
    return re.fullmatch(".*".join(parts), printed.strip(), re.S) is not None
