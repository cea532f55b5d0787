"""Reads the words of a drawn SVG with the box of each, and says what is wrong with them.

Independent of the code that draws: places come from the SVG alone, widths from the program that
turns SVG into PNG, in two fonts.
"""

import itertools
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cache

import vl_convert

LEAST = 11.5  # pixels of a font
SLACK = 0.75  # pixels: an edge that is touched is not crossed
ABOVE, BELOW = 0.74, 0.21  # of the font size: from the baseline to the ends of the letters
FONTS = ("Liberation Sans", "DejaVu Sans")
POWER_OF_TEN = re.compile(
    r"(?<![\w.])[+\-−]?\d[\d.,]*[eE][+\-−]?\d+(?!\w)|[×x·]\s?10(\^|[⁺⁻⁰¹²³⁴-⁹])"
)
_NS = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Words:
    """One line of text as it is drawn.

    Attributes:
        box: left, top, right, bottom, in pixels of the picture.
        size: of the font, in pixels of the picture.
        halo: whether only its outline is drawn, to set off a text above it.
    """

    text: str
    box: tuple[float, float, float, float]
    size: float
    halo: bool

    def meets(self, other):
        (a, b, c, d), (e, f, g, h) = self.box, other.box
        return min(c, g) - max(a, e) > SLACK and min(d, h) - max(b, f) > SLACK


def faults(svg, font=FONTS[0]):
    """Return what is wrong with the words of ``svg``, a sentence each."""
    words, (width, height) = words_of(svg, font)
    found = [f"“{one.text}” is written in {one.size:.3g} px" for one in words if
             one.size < LEAST - 1e-6]  # fmt: skip
    found += [f"“{one.text}” is a power of ten" for one in words if POWER_OF_TEN.search(one.text)]
    for one in words:
        left, top, right, bottom = one.box
        if min(left, top, width - right, height - bottom) < -SLACK:
            found.append(f"“{one.text}” is cut off at the edge: {one.box} of {width} × {height}")
    for one, other in itertools.combinations(words, 2):
        if one.meets(other) and not _sets_off(one, other):
            found.append(f"“{one.text}” and “{other.text}” overlap: {one.box}, {other.box}")
    return found


def _sets_off(one, other):
    """Return whether one text is the halo of the other: the same words at the same place."""
    same = one.text == other.text and one.box == other.box and one.size == other.size
    return same and one.halo != other.halo


def words_of(svg, font=FONTS[0]):
    """Return the lines of text of ``svg`` that can be seen, and its width and height."""
    root = ET.fromstring(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    scale = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    if root.get("viewBox"):
        x, y, wide, high = map(float, root.get("viewBox").split())
        # Kept in proportion and in the middle, as browsers do by default.
        k = min(width / wide, height / high)
        scale = (k, 0.0, 0.0, k, (width - k * wide) / 2 - k * x, (height - k * high) / 2 - k * y)
    lines = list(_lines(root, scale, {}))
    widths = measured(tuple((text, bold) for text, _, _, _, bold, _ in lines), font)
    words = []
    for (text, at, size, anchor, _, halo), wide in zip(lines, widths, strict=True):
        wide *= size
        left = -wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        corners = [
            _apply(at, px, py)
            for px in (left, left + wide)
            for py in (-ABOVE * size, BELOW * size)
        ]  # fmt: skip
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        box = tuple(round(v, 2) for v in (min(xs), min(ys), max(xs), max(ys)))
        grown = math.sqrt(abs(at[0] * at[3] - at[1] * at[2]))
        words.append(Words(text, box, size * grown, halo))
    return words, (width, height)


def _lines(element, matrix, above):
    """Yield each line of text below ``element``: its words, its matrix, how it is written."""
    style = {**above, **_style(element)}
    if style.get("display") == "none" or style.get("visibility") == "hidden":
        return
    style["seen"] = above.get("seen", 1.0) * float(element.get("opacity", 1.0))
    if element.get("clip-path"):
        style["clipped"] = True
    matrix = _times(matrix, _matrix(element.get("transform", "")))
    if element.tag != f"{_NS}text":
        for child in element:
            yield from _lines(child, matrix, style)
        return
    x, y = float(element.get("x", 0)), float(element.get("y", 0))
    spans = [element, *element.findall(f"{_NS}tspan")]
    for span in spans:
        x = float(span.get("x", x))
        y = float(span.get("y", y)) + float(span.get("dy", 0))
        x += float(span.get("dx", 0))
        own = {**style, **_style(span)}
        seen = style["seen"] * (float(span.get("opacity", 1.0)) if span is not element else 1.0)
        fill, stroke = own.get("fill", "black"), own.get("stroke", "none")
        filled = fill not in ("none", "transparent") and float(own.get("fill-opacity", 1)) > 0
        stroked = stroke not in ("none", "transparent")
        text = " ".join((span.text or "").split())
        if not text or seen == 0.0 or not (filled or stroked):
            continue
        assert not own.get("clipped"), f"the reader does not know what is clipped off “{text}”"
        size = float(own["font-size"].removesuffix("px"))
        weight = own.get("font-weight", "normal")
        bold = weight == "bold" or (weight.isdigit() and int(weight) >= 600)
        at = _times(matrix, (1.0, 0.0, 0.0, 1.0, x, y))
        yield text, at, size, own.get("text-anchor", "start"), bold, stroked and not filled


def _style(element):
    names = ("font-size", "font-weight", "text-anchor", "fill", "fill-opacity", "stroke",
             "display", "visibility")  # fmt: skip
    own = {name: element.get(name) for name in names if element.get(name) is not None}
    for part in (element.get("style") or "").split(";"):
        name, _, value = part.partition(":")
        if name.strip() in names:
            own[name.strip()] = value.strip()
    return own


def _matrix(text):
    whole = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    for name, said in re.findall(r"(\w+)\(([^)]*)\)", text):
        n = [float(value) for value in re.split(r"[\s,]+", said.strip())]
        if name == "translate":
            one = (1.0, 0.0, 0.0, 1.0, n[0], n[1] if len(n) > 1 else 0.0)
        elif name == "scale":
            one = (n[0], 0.0, 0.0, n[-1], 0.0, 0.0)
        elif name == "rotate":
            c, s = math.cos(math.radians(n[0])), math.sin(math.radians(n[0]))
            one = (c, s, -s, c, 0.0, 0.0)
            if len(n) == 3:
                one = _times(_times((1, 0, 0, 1, n[1], n[2]), one), (1, 0, 0, 1, -n[1], -n[2]))
        else:
            assert name == "matrix", name
            one = tuple(n)
        whole = _times(whole, one)
    return whole


def _times(m, n):
    a, b, c, d, e, f = m
    return (
        a * n[0] + c * n[1], b * n[0] + d * n[1], a * n[2] + c * n[3], b * n[2] + d * n[3],
        a * n[4] + c * n[5] + e, b * n[4] + d * n[5] + f,
    )  # fmt: skip


def _apply(m, x, y):
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


_WIDTHS: dict = {}


def measured(lines, font):
    """Return how wide each of ``lines``, (text, bold), is drawn in ``font`` of size 1."""
    new = [line for line in dict.fromkeys(lines) if (line, font) not in _WIDTHS]
    if new:
        rows = [{"t": text, "w": "bold" if bold else "normal"} for text, bold in new]
        written = {"text": {"field": "t"}, "fontWeight": {"field": "w"}, "font": {"value": font},
                   "fontSize": {"value": 100}}  # fmt: skip
        bounds = "'W' + (datum.bounds.x2 - datum.bounds.x1)"
        specification = {
            "$schema": "https://vega.github.io/schema/vega/v5.json",
            "data": [{"name": "lines", "values": rows}],
            "marks": [
                {"type": "text", "name": "own", "from": {"data": "lines"},
                 "encode": {"enter": written}},
                {"type": "text", "from": {"data": "own"},
                 "encode": {"enter": {"text": {"signal": bounds}}}},
            ],
        }  # fmt: skip
        answer = vl_convert.vega_to_svg(specification)
        values = [float(value) / 100 for value in re.findall(r">W([\d.]+)<", answer)]
        _WIDTHS.update({(line, font): v for line, v in zip(new, values, strict=True)})
    return [_WIDTHS[line, font] for line in lines]


@cache
def fonts():
    """Return those of `FONTS` that this machine can measure."""
    # A font that is not there is not measured by its letters: all come out equally wide.
    return tuple(
        font
        for font in FONTS
        if len(set(measured((("iiii", False), ("mmmm", False), ("0000", False)), font))) == 3
    )
