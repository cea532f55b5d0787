"""One HTML file with all that it needs in it, and the policy that lets nothing else in."""

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from winset.charts.render import bundle, page_widths
from winset.charts.text import shown
from winset.charts.theme import PAGE, config
from winset.charts.view import View
from winset.explain.term_marks import mark_terms
from winset.models.version import winset_version
from winset.report import words
from winset.report.evidence import change_text, web_address

TEMPLATES = Path(__file__).parent / "templates"


def document(
    template: str, *, scripts: Sequence[str] = (), styles: Sequence[str] = (), **values: Any
) -> str:
    """Return ``template`` filled: the same input always gives the same text.

    Args:
        template: that extends ``base.html.j2``.
        scripts: files of templates to run after the charts are drawn.
        styles: files of templates after the common style.
        values: what the template is filled with.
    """
    code = [bundle(), *(_asset(name) for name in ("report.js", "terms.js", *scripts))]
    style = "".join(_asset(name) for name in ("report.css", "terms.css", *styles))
    return mark_terms(
        _environment()
        .get_template(template)
        .render(
            version=winset_version(),
            policy=_policy(code, style),
            scripts=[Markup(text) for text in code],  # noqa: S704 - own files, vl-convert's code
            style=Markup(style),  # noqa: S704 - this package's own files
            config=as_json(config(PAGE).to_dict()),
            words=words,
            **values,
        )
    )


def figure(view: View) -> dict[str, Any]:
    """Return ``view`` as the macro ``figure`` takes it."""
    return {"view": view, "specification": as_json(page_widths(view))}


def as_json(value: object) -> Markup:
    """Return ``value`` as JSON that cannot end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - every character that HTML could read is escaped


def _policy(scripts: Sequence[str], style: str) -> str:
    """Return the content security policy: these scripts and this style, and nothing else."""
    allowed = " ".join(f"'{_hash(text)}'" for text in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_cell,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"address": web_address, "change": change_text, "marked": _marked}
    return environment


def _cell(value: object) -> object:
    """Return what stands in the page for ``value``: no hidden controls, numbers to five digits."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, float):
        return f"{value:,.5g}"
    return "" if value is None else shown(str(value))


def _marked(text: str) -> Markup:
    """Return prose of a docstring with its code between double backticks set as code."""
    parts = text.split("``")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if k % 2 else part for k, part in enumerate(parts)
    )
