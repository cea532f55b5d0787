"""What the site has beyond the files of docs: pages of the root, the Python reference, pictures.

MkDocs calls the functions named ``on_…``. Pages that are read on a forge as well (contributing,
changes, benchmarks) stay where a reader looks for them there, and are put into the site from there.
"""

import ast
import re
from pathlib import Path, PurePosixPath
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "winset"
FROM_ROOT = {
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "benchmarks.md": "benchmarks/README.md",
}
# Where a link that leaves docs leads in the site.
LEAVING = {**FROM_ROOT, "index.md": "README.md", "api/index.md": "src/winset"}
_LINK = re.compile(r"(?<=\]\()([^)#:\s]+)((?:#[^)]*)?\))")
_MERMAID = re.compile(r"```mermaid\ngraph BT\n(.*?)```\n", re.S)


class DoctestFences(Preprocessor):
    """Fences every example of a docstring, so that its brackets are code and no links."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines with a fence around each block that begins with ``>>>``."""
        fenced: list[str] = []
        in_fence = in_example = False
        for line in [*lines, ""]:
            if line.startswith("```"):
                in_fence = not in_fence
            if not in_fence and not in_example and line.startswith(">>> "):
                fenced, in_example = [*fenced, "```pycon"], True
            if in_example and not line.strip():
                fenced, in_example = [*fenced, "```"], False
            fenced.append(line)
        return fenced


class Doctests(Extension):
    """The Markdown extension that puts `DoctestFences` before all that reads fences."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - its name in Python-Markdown
        """Register the fences with ``md``."""
        md.preprocessors.register(DoctestFences(md), "doctests", 28)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the places of the navigation that stand for a folder."""
    config.markdown_extensions.append(Doctests())
    decisions = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    filled = {
        "api/": ["api/index.md", *(f"api/{room}.md" for room in rooms())],
        "decisions/": ["decisions/index.md", *(f"decisions/{n}" for n in decisions if n[0] == "0")],
    }
    for section in config.nav or []:
        for entries in section.values():
            for entry in entries:
                for title, place in entry.items() if isinstance(entry, dict) else ():
                    if place in filled:
                        entry[title] = filled[place]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that do not stand in docs, and the workbench's icon."""
    for name, path in FROM_ROOT.items():
        files.append(_generated(config, name, moved(path, (ROOT / path).read_text("utf-8"))))
    files.append(_generated(config, "api/index.md", api_index()))
    for room in rooms():
        files.append(_generated(config, f"api/{room}.md", api_page(room)))
    icon = (PACKAGE / "web" / "static" / "icon.svg").read_text("utf-8")
    files.append(_generated(config, "pictures/icon.svg", icon))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Return the page with its graph drawn, and with links that leave docs led to their copies."""
    graph = _MERMAID.sub(lambda block: f"{drawn(block[1])}\n", markdown)
    up = "../" * page.file.src_uri.count("/")
    copies = {f"{up}../{path}": f"{up}{name}" for name, path in LEAVING.items()}
    return _LINK.sub(lambda link: copies.get(link[1], link[1]) + link[2], graph)


def moved(path: str, text: str) -> str:
    """Return the page at ``path`` of the root with its links as seen from ``docs``.

    >>> moved("CONTRIBUTING.md", "[a](docs/cli.md) [b](README.md#two)")
    '[a](cli.md) [b](index.md#two)'
    """

    def lead(link: re.Match[str]) -> str:
        target = str(PurePosixPath(path).parent / link[1])
        known = {value: key for key, value in FROM_ROOT.items()} | {"README.md": "index.md"}
        return known.get(target, target.removeprefix("docs/")) + link[2]

    return _LINK.sub(lead, text)


def rooms() -> list[str]:
    """Return the rooms of the package that have a page in the reference, in alphabetical order."""
    folders = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
    return [room for room in folders if room not in ("cli", "web")]


def modules(room: str) -> list[str]:
    """Return the modules of a room, itself first; compiled kernels are the models' own matter."""
    names = []
    for path in sorted((PACKAGE / room).rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        dotted = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if "kernels" not in parts:
            names.append(dotted)
    return names


def api_page(room: str) -> str:
    """Return the reference of a room, made from its docstrings."""
    first, *others = modules(room)
    parts = [f"::: {first}\n    options:\n      heading_level: 1\n"]
    return "\n".join([*parts, *(f"::: {name}\n" for name in others)])


def api_index() -> str:
    """Return the first page of the reference: the front door, and a line for each room."""
    lines = [
        "# Python",
        "",
        "`import winset` has the names that most programs need; each is imported when it is first",
        "used. Everything else stands in a room of the package.",
        "",
        "| name | from |",
        "|---|---|",
    ]
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    homes = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_HOMES"
    )
    for name, home in sorted(homes.items(), key=lambda entry: entry[0].casefold()):
        lines.append(f"| [`winset.{name}`]({home.split('.')[1]}.md#{home}) | `{home}` |")
    lines += ["", "| room | what it is for |", "|---|---|"]
    for room in rooms():
        source = (PACKAGE / room / "__init__.py").read_text("utf-8")
        first = (ast.get_docstring(ast.parse(source)) or "").splitlines()[0]
        lines.append(f"| [`winset.{room}`]({room}.md) | {first} |")
    return "\n".join(lines) + "\n"


def drawn(graph: str) -> str:
    """Return the picture of lines ``upper --> lower`` as SVG: each room above what it imports."""
    arrows = [tuple(line.split(" --> ")) for line in graph.split("\n") if " --> " in line]
    arrows = [(upper.strip(), lower.strip()) for upper, lower in arrows]
    names = sorted({name for arrow in arrows for name in arrow})
    floor = dict.fromkeys(names, 0)
    for _ in names:  # the longest way down
        for upper, lower in arrows:
            floor[upper] = max(floor[upper], floor[lower] + 1)
    floors = [[n for n in names if floor[n] == k] for k in range(max(floor.values()) + 1)]
    width, height = 420, 52 * len(floors)
    place = {
        name: (width * (k + 0.5) / len(row), height - 52 * level - 26)
        for level, row in enumerate(floors)
        for k, name in enumerate(row)
    }
    parts = [
        f'<svg class="rooms" viewBox="0 0 {width} {height}" role="img" '
        'aria-label="The rooms, each above those that it imports">'
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
    ]
    for upper, lower in arrows:
        (x1, y1), (x2, y2) = place[upper], place[lower]
        parts.append(f'<path class="arrow" d="M{x1:.0f} {y1 + 14:.0f}L{x2:.0f} {y2 - 16:.0f}"/>')
    for name, (x, y) in place.items():
        parts.append(
            f'<rect x="{x - 56:.0f}" y="{y - 14:.0f}" width="112" height="28" rx="5"/>'
            f'<text x="{x:.0f}" y="{y + 5:.0f}">{name}</text>'
        )
    return "".join([*parts, "</svg>"])


def _generated(config: MkDocsConfig, name: str, content: str) -> File:
    return File.generated(config, name, content=content)
