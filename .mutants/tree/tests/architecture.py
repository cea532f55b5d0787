"""The generated part of docs/architecture.md: the rooms of the package and who imports whom.

python tests/architecture.py    writes it into the page
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
SOURCE = ROOT / "src" / "winset"
# From the ground up. Of rooms on one line only a later one may import an earlier one.
ROOMS = [
    ("errors",),
    ("case",),
    ("evidence", "models"),
    ("formats", "games", "forecast"),
    ("explain",),
    ("track_record",),
    ("charts",),
    ("report",),
    ("web",),
    ("cli",),
]
BEGIN, END = "<!-- generated: rooms -->\n", "<!-- end -->\n"


def imports(path: Path) -> set[str]:
    """Return the modules of this package, without its name, that the file at ``path`` imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "winset":
            base = (node.module or "").removeprefix("winset").lstrip(".")
            names |= {f"{base}.{alias.name}".lstrip(".") for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {a.name.removeprefix("winset.") for a in node.names if "winset." in a.name}
    return names


def arrows() -> dict[str, set[str]]:
    """Return each room with the rooms that it imports."""
    rooms = [room for floor in ROOMS for room in floor]
    found: dict[str, set[str]] = {}
    for room in rooms:
        targets = {
            name.split(".")[0] for path in (SOURCE / room).rglob("*.py") for name in imports(path)
        }
        found[room] = targets & set(rooms) - {room}
    return found


def direct(graph: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Return the arrows that no other way through ``graph`` stands for."""

    def reach(room: str) -> set[str]:
        return graph[room] | {far for near in graph[room] for far in reach(near)}

    return [
        (room, target)
        for room, targets in graph.items()
        for target in sorted(targets)
        if not any(target in reach(other) for other in targets - {target})
    ]


def generated() -> str:
    """Return the table of rooms and the picture of their imports."""
    graph = arrows()
    lines = ["| room | what it is for |", "|---|---|"]
    for room in graph:
        sentence = (
            ast.get_docstring(ast.parse((SOURCE / room / "__init__.py").read_text("utf-8"))) or ""
        )
        lines.append(f"| `{room}` | {sentence.splitlines()[0]} |")
    picture = [f"    {room} --> {target}" for room, target in direct(graph)]
    return "\n".join([*lines, "", "```mermaid", "graph BT", *picture, "```", ""])


def renewed(page: str) -> str:
    """Return ``page`` with its generated part as it should be."""
    before, rest = page.split(BEGIN, 1)
    return before + BEGIN + generated() + END + rest.split(END, 1)[1]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
