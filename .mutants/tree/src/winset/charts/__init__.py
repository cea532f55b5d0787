"""Charts, one function a view: the same picture in a notebook, the report, a PNG and an SVG."""

from winset.charts.outcome import outcome
from winset.charts.render import save
from winset.charts.strip import position_strip
from winset.charts.view import ChartTable, View

__all__ = ["ChartTable", "View", "outcome", "position_strip", "save"]
