"""Rows from the top in pixels over one scale: named at the left, with words beside their marks.

Python knows how wide the picture is and measures every word, so that rows, names and numbers
neither meet nor leave the sheet. Marks are placed in the scale's own units, words in pixels.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt

from winset.charts.canvas import EDGE, SLIM, sheet
from winset.charts.metrics import width_of
from winset.charts.placing import Align, LabelPlace, beside, inside, number, spaced, ticks, wrapped
from winset.charts.text import shown
from winset.charts.theme import NAME_SIZE, SMALL_SIZE

GAP = 12.0  # pixels between a name and the scale
LINE = 12.0  # pixels of a line of a name
BELOW = 15.0  # pixels of a line for words that have no room beside their mark
MOST_GUTTER, SHARE = 190.0, 0.36  # of the names: in pixels, and of the picture
LEAST_RIGHT, MOST_AFTER = 24.0, 0.2  # after the scale: in pixels, and of the picture
TEXT = alt.Text("text:N")
PLACE = {"expr": "datum.px"}
Row = dict[str, Any]


class Rows:
    """Layers over one scale, collected from the top down.

    Attributes:
        across: pixels of the scale.
        bottom: pixels used so far.
        left: the leftmost pixel that words may take, counted from where the scale begins.
        right: the rightmost one.
        stacked: whether names stand above their rows, as in a narrow picture.
    """

    def __init__(
        self,
        low: float,
        high: float,
        names: Sequence[str],
        *,
        width: float,
        stack: bool = False,
        after: Sequence[str] = (),
        least: float = 60.0,
    ) -> None:
        """Begin a picture of ``width`` pixels.

        Args:
            low: where the scale begins.
            high: where it ends; must be greater.
            names: of the rows.
            width: pixels of the whole picture.
            stack: whether names go above their rows where the picture is narrow.
            after: words that may stand after a mark at the end of the scale.
            least: pixels that the gutter has at least.
        """
        self.low, self.high = low, high
        self.stacked = stack and width < SLIM
        self._name_wide = min(MOST_GUTTER, SHARE * width)
        widest = max(
            (
                width_of(part, NAME_SIZE, bold=True)
                for name in names
                for part in wrapped(name, self._name_wide, NAME_SIZE, most=2, bold=True)
            ),
            default=0.0,
        )
        gutter = GAP + 2.0 if self.stacked else max(least, widest) + GAP
        words = (width_of(word, NAME_SIZE, bold=True) + 12.0 for word in after)
        margin = max(LEAST_RIGHT, min(MOST_AFTER * width, max(words, default=0.0)))
        self.across = width - 2 * EDGE - gutter - margin
        self.left, self.right = -gutter, self.across + margin
        self.bottom = 0.0
        self._bands: list[tuple[float, float]] = []  # top and bottom of each row
        self._layers: list[Any] = []

    def x(self, field: str = "x") -> alt.X:
        """Return the channel that places ``field`` on the scale."""
        scale = alt.Scale(domain=[self.low, self.high], nice=False, clamp=True)
        return alt.X(f"{field}:Q", scale=scale, axis=None)

    def y(self, field: str = "y") -> alt.Y:
        """Return the channel that takes ``field`` as pixels from the top."""
        return alt.Y(f"{field}:Q", scale=None, axis=None)

    def px(self, value: float) -> float:
        """Return how many pixels from the beginning of the scale ``value`` stands."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.across * min(max(share, 0.0), 1.0), 1)

    def add(self, rows: Sequence[Row], layer: alt.Chart) -> None:
        """Draw ``layer`` with ``rows``, unless there are none."""
        if rows:
            layer.data = alt.InlineData(values=list(rows))
            self._layers.append(layer)

    def put(self, layer: Any) -> None:
        """Draw a layer that has its rows."""
        self._layers.append(layer)

    def behind(self, rows: Sequence[Row], layer: alt.Chart) -> None:
        """Draw ``layer`` behind everything else."""
        if rows:
            layer.data = alt.InlineData(values=list(rows))
            self._layers.insert(0, layer)

    def name_lines(self, name: str) -> list[str]:
        """Return the lines that ``name`` takes at the left, or above its row."""
        room = self.right - self.left if self.stacked else self._name_wide
        return wrapped(name, room, NAME_SIZE, most=2, bold=True)

    def row(self, name: str, height: float) -> float:
        """Make room for a row of ``height`` pixels below its name; return where its middle is.

        The caller writes the name with `name`, at the place returned.
        """
        if self.stacked:
            self.bottom += LINE * len(self.name_lines(name)) + 4.0
        middle = self.bottom + height / 2
        self._bands.append((self.bottom, self.bottom + height))
        self.bottom += height
        return middle

    def name(self, rows: Sequence[Row], *, bold: str = "", height: float = 0.0) -> None:
        """Write ``name`` of each row beside its ``y``, or above it; kind ``bold`` is bold.

        Args:
            rows: with ``name`` and ``y``.
            bold: the kind of rows whose name is bold.
            height: pixels of a row, where names stand above it.
        """
        for heavy in (False, True):
            chosen = []
            for row in rows:
                if (row.get("kind", "") == bold != "") != heavy:
                    continue
                name_lines = self.name_lines(row["name"])
                up = (len(name_lines) - 1) * LINE / 2
                if self.stacked:
                    up = height / 2 + LINE * len(name_lines) - 4.0
                chosen.append({"text": name_lines, "y": row["y"] - up, "full": shown(row["name"])})
            text = alt.Chart().mark_text(
                align="left" if self.stacked else "right", baseline="middle",
                style="heading" if heavy else "name", lineHeight=LINE,
                x=self.left if self.stacked else -GAP,
            )  # fmt: skip
            full = alt.Tooltip("full:N", title="Name")
            self.add(chosen, text.encode(self.y(), text=TEXT, tooltip=full))

    def beside(
        self, low: float, high: float, text: str, *, bold: bool = True, off: float = 9.0
    ) -> LabelPlace:
        """Return where ``text`` stands beside a mark from ``low`` to ``high`` of the scale."""
        size = NAME_SIZE if bold else SMALL_SIZE
        wide = width_of(text, size, bold=bold) + 1.0
        mark = (self.px(low) - off, self.px(high) + off)
        # Names end `GAP` before the scale: words beside a mark keep clear of them.
        return beside(mark, wide, room=(self.left if self.stacked else -GAP / 2, self.right))

    def beside_height(self, low: float, high: float, text: str, **options: Any) -> float:
        """Return how many pixels more a row needs for words that have no room beside its mark."""
        if not self.beside(low, high, text, **options).below:
            return 0.0
        return BELOW * len(self._below(text, bold=options.get("bold", True)))

    def _below(self, text: str, *, bold: bool) -> list[str]:
        """Return the lines of words that stand below their mark."""
        size = NAME_SIZE if bold else SMALL_SIZE
        room = self.right - (self.left if self.stacked else -GAP / 2)
        return wrapped(text, room - 1.0, size, bold=bold)

    def words(self, rows: Sequence[Row], *, bold: bool = True, off: float = 9.0) -> None:
        """Write ``text`` of each row beside its mark from ``low`` to ``high``, or below it."""
        lines: list[Row] = []
        for row in rows:
            place = self.beside(row["low"], row["high"], row["text"], bold=bold, off=off)
            parts = self._below(row["text"], bold=bold) if place.below else [row["text"]]
            for k, part in enumerate(parts):
                y = row["y"] + (BELOW * (k + 1) if place.below else 0.0)
                lines.append({**row, "px": place.at, "y": y, "text": part, "align": place.align})
        sides: tuple[Align, ...] = ("left", "right")
        for align in sides:
            text = alt.Chart().mark_text(
                align=align, baseline="middle", style="heading" if bold else "small", x=PLACE
            )
            chosen = [row for row in lines if row["align"] == align]
            self.add(chosen, text.encode(self.y(), text=TEXT))

    def key(self, colours: dict[str, str]) -> None:
        """Draw the name of each colour, in as many lines as are needed."""
        rows, height = key_rows(
            colours, left=self.left + 6.0, right=self.right, top=self.bottom + 6.0
        )
        for layer in key_layers(rows):
            self.put(layer)
        self.bottom += height

    def across_all(self, y: float, *, style: str = "guide") -> None:
        """Draw a line along the whole scale."""
        ends = {"x": alt.value(0), "x2": alt.value("width")}
        self.add([{"y": y}], alt.Chart().mark_rule(style=style).encode(self.y(), **ends))

    def numbers(self, *, unit: str = "", signed: bool = False, form: Any = None) -> None:
        """Put an axis here: a line, round numbers, and what they count below them."""
        y = self.bottom
        self.across_all(y, style="axis")
        values = ticks(self.low, self.high, about=max(2, min(5, int(self.across / 60))))
        step = values[1] - values[0] if len(values) > 1 else 0.0
        texts = [form(v) if form else number(v, signed=signed, step=step) for v in values]
        places = [self.px(value) for value in values]
        rows = [
            {"px": px, "y": y + 5.0, "text": texts[k]}
            for k, px in spaced(places, texts, SMALL_SIZE, room=(self.left, self.right))
        ]
        label = alt.Chart().mark_text(style="small", baseline="top", align="left", x=PLACE)
        self.add(rows, label.encode(self.y(), text=TEXT))
        self.bottom += 20.0
        self.note(unit)

    def note(self, text: str) -> None:
        """Write a line or more at the left of the scale, from here down."""
        if text:
            at = 0.0 if self.across > 200.0 else self.left
            rows = wrapped(text, self.right - at, SMALL_SIZE)
            mark = alt.Chart().mark_text(
                style="small", baseline="top", align="left", lineHeight=14, x=at
            )
            row = {"y": self.bottom + 2.0, "text": rows}
            self.add([row], mark.encode(self.y(), text=TEXT))
            self.bottom += 4.0 + 14.0 * len(rows)

    def guides(self, values: dict[str, float]) -> list[Row]:
        """Write the names of values to compare with, a line each; return where their lines begin.

        Draw them with `fall` once it is known where the rows end.
        """
        rows: list[Row] = []
        for name, value in values.items():
            if self.low <= value <= self.high:
                wide = width_of(name, SMALL_SIZE) + 1.0
                px = inside(self.px(value) + 4.0, wide, room=(self.left, self.right))
                rows.append({"x": value, "y": self.bottom + 8.0, "text": shown(name), "px": px})
                self.bottom += 15.0
        mark = alt.Chart().mark_text(align="left", baseline="middle", style="small", x=PLACE)
        self.add([dict(row) for row in rows], mark.encode(self.y(), text=TEXT))
        return rows

    def fall(self, guides: Sequence[Row]) -> None:
        """Let a dashed line fall from below each of ``guides`` to here.

        Where names stand above their rows, it passes behind the rows alone.
        """
        rows = [
            {"x": row["x"], "y": top, "end": end}
            for row in guides
            for top, end in (self._bands if self.stacked else [(row["y"] + 7.0, self.bottom)])
        ]
        line = alt.Chart().mark_rule(style="line", strokeDash=[5, 3])
        self.behind(rows, line.encode(self.x(), self.y(), y2=alt.Y2("end:Q")))

    def chart(self, description: str = "") -> alt.LayerChart:
        """Return the layers as one chart."""
        return sheet(
            self._layers,
            across=self.across,
            down=self.bottom,
            left=EDGE - self.left,
            right=EDGE + self.right - self.across,
            description=description,
        )


def key_rows(
    colours: dict[str, str], *, left: float, right: float, top: float
) -> tuple[list[Row], float]:
    """Return where each name of ``colours`` and its dot stand, and the height of all."""
    rows: list[Row] = []
    at, y = left, top
    for name, colour in colours.items():
        (label,) = wrapped(name, right - left - 16.0, NAME_SIZE, most=1)
        wide = width_of(label, NAME_SIZE) + 15.0
        if rows and at + wide > right:
            at, y = left, y + 18.0
        rows.append({"px": at, "y": y, "text": label, "colour": colour})
        at += wide + 18.0
    return rows, (y - top + 24.0 if rows else 0.0)


def key_layers(rows: Sequence[Row], *, square: bool = False) -> list[Any]:
    """Return the dots of a key and the words beside them."""
    if not rows:
        return []
    data, down = alt.InlineData(values=list(rows)), alt.Y("y:Q", scale=None, axis=None)
    shape = "square" if square else "circle"
    dot = alt.Chart(data).mark_point(filled=True, shape=shape, size=90, opacity=1, x=PLACE)
    text = alt.Chart(data).mark_text(align="left", baseline="middle", style="name", x=PLACE, dx=9)
    colour = alt.Color("colour:N", scale=None)
    return [dot.encode(down, color=colour), text.encode(down, text=TEXT)]
