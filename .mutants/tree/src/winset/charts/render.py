"""Pictures as files: PNG and SVG without a browser or a network, HTML that needs neither."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert

from winset.case.folder import write_file
from winset.charts.canvas import WIDE, WIDTHS
from winset.charts.theme import LIGHT, Theme
from winset.charts.view import View
from winset.errors import check_ending

SUFFIXES = (".html", ".json", ".png", ".svg")


def save(
    view: View,
    path: str | Path,
    *,
    theme: Theme = LIGHT,
    scale: float = 2.0,
    width: float = WIDE,
) -> None:
    """Write the picture to ``path``; its ending says as what: ``.png``, ``.svg``, ``.html``.

    Args:
        view: what a chart function returned.
        path: where to; ``.json`` writes the Vega-Lite specification.
        theme: colours of text and paper.
        scale: pixels of a PNG for one of the chart.
        width: of the chart, in pixels.

    Raises:
        WinsetError: for another ending.
    """
    path = Path(path)
    kind = path.suffix.lower()
    check_ending(path, SUFFIXES, what="a chart")
    write_file(path, rendered(view, kind, theme=theme, scale=scale, width=width))


def rendered(
    view: View, kind: str, *, theme: Theme = LIGHT, scale: float = 2.0, width: float = WIDE
) -> bytes:
    """Return the bytes of the picture as ``kind``, one of `SUFFIXES`."""
    specification = view.themed(theme, width=width).to_dict(validate=False)
    if kind == ".png":
        return bytes(vl_convert.vegalite_to_png(specification, scale=scale))
    if kind == ".svg":
        return str(vl_convert.vegalite_to_svg(specification)).encode()
    if kind == ".html":
        return str(vl_convert.vegalite_to_html(specification, bundle=True)).encode()
    return json.dumps(specification, ensure_ascii=False, indent=1, sort_keys=True).encode()


def page_specification(view: View, width: float = WIDE) -> dict[str, Any]:
    """Return the Vega-Lite specification for a page: ``width`` pixels wide, colours left open."""
    specification: dict[str, Any] = view.draw(width).to_dict(validate=False)
    for key in ("$schema", "config"):
        specification.pop(key, None)
    return specification


def page_widths(view: View, widths: Sequence[int] = WIDTHS) -> dict[str, Any]:
    """Return the picture at each of ``widths`` for a page, which shows the widest that fits.

    ``frames`` are specifications by width, without their numbers; ``values`` are the numbers of
    all of them by name, each written once.
    """
    pool: dict[str, str] = {}
    values: dict[str, list[Any]] = {}

    def pool_name(rows: list[Any], name: str) -> str:
        text = json.dumps(rows, sort_keys=True)
        if name:  # a page fills it again, with the same rows at every width
            if values.setdefault(name, rows) != rows:
                raise ValueError(f"rows “{name}” must be the same at every width")
            return name
        return pool.setdefault(text, f"rows-{len(pool)}")

    frames = {}
    for width in widths:
        frame, rows = parted(page_specification(view, width), pool_name)
        values |= rows
        frames[str(width)] = frame
    return {"frames": frames, "values": values}


def parted(
    specification: Mapping[str, Any], naming: Any = None
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return ``specification`` with its data named instead of written out, and the data by name.

    Args:
        specification: of a chart.
        naming: what a list of rows is called, given the rows and the name that the chart has for
            them, which is empty for none; they are numbered by default.
    """
    values: dict[str, list[Any]] = {}
    sets = specification.get("datasets", {})

    def without(part: Any) -> Any:
        if isinstance(part, list):
            return [without(entry) for entry in part]
        if not isinstance(part, Mapping):
            return part
        bare = {key: without(value) for key, value in part.items() if key != "data"}
        if "data" in part:
            data = part["data"]
            values_or_one = data["values"] if "values" in data else sets[data["name"]]
            rows = values_or_one if isinstance(values_or_one, list) else [values_or_one]
            own = data.get("name", "") if "values" in data else ""
            name = f"rows-{len(values)}" if naming is None else naming(rows, own)
            values[name] = rows
            bare["data"] = {"name": name}
        return bare

    frame = without({key: value for key, value in specification.items() if key != "datasets"})
    # The description repeats the numbers; the page has it beside the picture.
    frame.pop("description", None)
    return frame, values


@cache
def bundle() -> str:
    """Return the JavaScript that draws a specification: Vega, Vega-Lite and Vega-Embed."""
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
