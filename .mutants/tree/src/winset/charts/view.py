"""What every chart function returns: a picture, and a table that says the same."""

from dataclasses import dataclass
from typing import Any

import altair as alt

from winset.charts.canvas import EDGE, WIDE, Drawing
from winset.charts.placing import wrapped
from winset.charts.theme import LIGHT, TITLE_SIZE, Theme, config

TITLE_LINE, TITLE_GAP = 18.0, 12.0  # pixels of a line of the title, and below the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartTable:
    """The numbers of a picture, for readers who cannot or would rather not look at it.

    Attributes:
        columns: headings.
        rows: one cell a column, text or number.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A picture and its table twin.

    Attributes:
        title: what it shows, as a heading.
        caption: how to read it, in sentences.
        draw: the picture, as many pixels wide as it is called with; without colours of text and
            paper, so that they can follow the page.
        table: the same numbers.
        description: what a screen reader says in place of the picture.
    """

    title: str
    caption: str
    draw: Drawing
    table: ChartTable
    description: str

    @property
    def chart(self) -> alt.LayerChart:
        """The picture at its width outside a page."""
        return self.draw(WIDE)

    def themed(self, theme: Theme = LIGHT, *, width: float = WIDE) -> alt.LayerChart:
        """Return the chart with its title, ``width`` pixels wide, in the colours of ``theme``."""
        chart = self.draw(width)  # drawn for this call alone, so that it may be completed in place
        pad = dict(chart.padding)
        rows = wrapped(self.title, width - 2 * EDGE, TITLE_SIZE, bold=True)
        chart.title = alt.TitleParams(
            text=rows,
            frame="group",
            anchor="start",
            dx=EDGE - pad["left"],
            offset=TITLE_GAP,
            lineHeight=TITLE_LINE,
        )
        chart.padding = {**pad, "top": pad["top"] + len(rows) * TITLE_LINE + TITLE_GAP}
        chart.config = config(theme)
        return chart

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.themed()._repr_mimebundle_(**options)
