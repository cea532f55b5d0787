"""Pictures as files: PNG and SVG without a browser or a network, HTML that needs neither."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert

from winset.case.folder import write_file
from winset.charts.theme import LIGHT, Theme
from winset.charts.view import View
from winset.errors import check_ending

SUFFIXES = (".html", ".json", ".png", ".svg")


def save(view: View, path: str | Path, *, theme: Theme = LIGHT, scale: float = 2.0) -> None:
    """Write the picture to ``path``; its ending says as what: ``.png``, ``.svg``, ``.html``.

    Args:
        view: what a chart function returned.
        path: where to; ``.json`` writes the Vega-Lite specification.
        theme: colours of text and paper.
        scale: pixels of a PNG for one of the chart.

    Raises:
        WinsetError: for another ending.
    """
    path = Path(path)
    kind = path.suffix.lower()
    check_ending(path, SUFFIXES, what="a chart")
    write_file(path, rendered(view, kind, theme=theme, scale=scale))


def rendered(view: View, kind: str, *, theme: Theme = LIGHT, scale: float = 2.0) -> bytes:
    """Return the bytes of the picture as ``kind``, one of `SUFFIXES`."""
    specification = view.themed(theme).to_dict(validate=False)
    if kind == ".png":
        return bytes(vl_convert.vegalite_to_png(specification, scale=scale))
    if kind == ".svg":
        return str(vl_convert.vegalite_to_svg(specification)).encode()
    if kind == ".html":
        return str(vl_convert.vegalite_to_html(specification, bundle=True)).encode()
    return json.dumps(specification, ensure_ascii=False, indent=1, sort_keys=True).encode()


def page_specification(view: View) -> dict[str, Any]:
    """Return the Vega-Lite specification for a page: as wide as its place, colours left open."""
    specification: dict[str, Any] = view.chart.to_dict(validate=False)
    for key in ("$schema", "config"):
        specification.pop(key, None)
    return {**specification, "width": "container"}


@cache
def bundle() -> str:
    """Return the JavaScript that draws a specification: Vega, Vega-Lite and Vega-Embed."""
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
