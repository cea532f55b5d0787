"""Pages from templates: everything that a case or a request says is text, never markup."""

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

from winset.charts.text import shown
from winset.explain.term_marks import mark_terms
from winset.formats.registry import FORMATS, Format
from winset.models.version import winset_version

HERE = Path(__file__).parents[1]


@cache
def environment() -> jinja2.Environment:
    """Return the templates of the workbench."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_cell,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["version"] = winset_version()
    templates.globals["case_formats"] = _case_formats
    return templates


def _case_formats() -> list[Format]:
    """Return the formats whose files make a case."""
    return [entry for entry in FORMATS.values() if entry.read]


def _cell(value: object) -> object:
    """Return what stands in the page: no control or direction characters, nothing for None."""
    if value is None:
        return ""
    return shown(value) if type(value) is str else value


def page(template: str, values: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """Return the page that ``template`` makes of ``values``, its terms explained."""
    text = environment().get_template(template).render(values)
    return HTMLResponse(mark_terms(text, filled_later=True), status_code=status)
