"""What every chart function returns: a picture, and a table that says the same."""

from dataclasses import dataclass
from typing import Any

import altair as alt

from winset.charts.text import lines
from winset.charts.theme import LIGHT, Theme, config


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The numbers of a picture, for whoever cannot or would not look at it.

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
        chart: without colours of text and paper, so that they can follow the page.
        table: the same numbers.
        description: what a screen reader says in place of the picture.
    """

    title: str
    caption: str
    chart: alt.LayerChart
    table: Table
    description: str

    def themed(self, theme: Theme = LIGHT) -> alt.LayerChart:
        """Return the chart with its title, in the colours of ``theme``."""
        chart: alt.LayerChart = self.chart.properties(
            title=alt.TitleParams(text=lines(self.title, 72)), config=config(theme)
        )
        return chart

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.themed()._repr_mimebundle_(**options)
