"""How the command line shows things: plain tables within 80 columns, JSON for machines."""

import json
import math
import shutil
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

from winset.forecast.jsonable import jsonable

WIDTH = 80


def width() -> int:
    """Return the columns to fill: those of the terminal, 80 at most."""
    return min(WIDTH, max(40, shutil.get_terminal_size((WIDTH, 24)).columns))


def visible(text: str) -> str:
    r"""Return ``text`` with control and direction characters replaced: a terminal obeys those.

    >>> visible("a\x1b[31m\u202eb")
    'a�[31m�b'
    """
    return "".join("�" if unicodedata.category(c)[0] == "C" and c != "\n" else c for c in text)


def say(text: str, *, indent: str = "") -> None:
    """Print ``text`` wrapped, control characters made visible."""
    for line in visible(text).split("\n"):
        click.echo(
            textwrap.fill(line, width(), initial_indent=indent, subsequent_indent=indent or "  ")
        )


def heading(text: str) -> None:
    """Print ``text`` in bold, wrapped."""
    click.echo(click.style(textwrap.fill(visible(text), width()), bold=True))


def interval(low: float, high: float, digits: int = 1) -> str:
    """Return an interval for a reader; a dash where there is none.

    >>> interval(45.6, 50.2)
    '45.6 – 50.2'
    """
    if math.isnan(low) or math.isnan(high):
        return "–"
    return f"{low:.{digits}f} – {high:.{digits}f}"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, align: str = "") -> None:
    """Print a table within the width.

    Args:
        columns: headings.
        rows: cells, as text.
        align: a letter a column, ``l`` or ``r``; all left if not given.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1), collapse_padding=True
    )
    for k, name in enumerate(columns):
        right = align[k : k + 1] == "r"
        grid.add_column(name, justify="right" if right else "left", overflow="fold", no_wrap=right)
    for row in rows:
        grid.add_row(*(Text("".join(c if c.isprintable() else "�" for c in cell)) for cell in row))
    console = Console(width=width(), highlight=False, markup=False, emoji=False, color_system=None)
    with console.capture() as capture:
        console.print(grid)
    click.echo("\n".join(line.rstrip() for line in capture.get().rstrip().split("\n")))


def number(value: float | None, digits: int = 1) -> str:
    """Return ``value`` for a reader; a dash where there is none.

    >>> number(48.04), number(float("nan"))
    ('48.0', '–')
    """
    return "–" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def share(value: float | None) -> str:
    """Return a probability for a reader; never 0 or 1 unless it is.

    >>> share(0.9996), share(0.93), share(1.0)
    ('>.99', '.93', '1')
    """
    if value is None or math.isnan(value):
        return "–"
    if value in (0.0, 1.0):
        return str(int(value))
    if value < 0.005:
        return "<.01"
    return ">.99" if value >= 0.995 else f"{value:.2f}"[1:]


def print_json(value: Any) -> None:
    """Print ``value`` as JSON, numbers unrounded, NaN as null."""
    click.echo(json.dumps(jsonable(value), ensure_ascii=False, indent=2, allow_nan=False))
