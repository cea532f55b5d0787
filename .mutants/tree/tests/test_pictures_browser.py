"""A report in a real browser, from a telephone to a desk: every word of its pictures legible."""

import pytest

from browsing import browser
from pictures import POWER_OF_TEN
from winset.case.shipped import open_case
from winset.charts.canvas import WIDTHS
from winset.forecast.forecast import make_forecast
from winset.models import TwoLevel
from winset.report.page import report_html

__all__ = ["browser"]  # a fixture
WIDE_TO_DRAWN = {320: 288, 480: 430, 768: 660, 1280: 815}
# The box of each line of each text, its size on the screen, and the box of its picture.
WORDS = """() => [...document.querySelectorAll(".chart svg")].flatMap((svg) => {
  const picture = svg.getBoundingClientRect();
  const room = svg.closest(".chart").getBoundingClientRect();
  return [...svg.querySelectorAll("text")]
    .filter((text) => text.textContent.trim() !== "" && getComputedStyle(text).opacity !== "0")
    .flatMap((text) => {
      const matrix = text.getScreenCTM();
      const size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(matrix.a, matrix.b);
      const lines = text.children.length > 0 ? [...text.children] : [text];
      return lines.map((line) => {
        const { left, top, right, bottom } = line.getBoundingClientRect();
        // Half of what a line has above its letters and below them is empty.
        const rim = matrix.b === 0 ? [0, (bottom - top) * 0.12] : [(right - left) * 0.12, 0];
        return {
          text: line.textContent, size,
          box: [left + rim[0], top + rim[1], right - rim[0], bottom - rim[1]],
          picture: [picture.left, picture.top, picture.right, picture.bottom],
          room: room.right, svg: [...document.querySelectorAll("svg")].indexOf(svg),
        };
      });
    });
})"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    case = open_case("iran-nuclear-2015")
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html(case, [make_forecast(case, TwoLevel(), draws=60)]), "utf-8")
    return path.as_uri()


def wrong(words):
    """Return what is wrong with ``words``, a sentence each."""
    found = []
    for one in words:
        left, top, right, bottom = one["box"]
        edge = one["picture"]
        if left < edge[0] - 1 or top < edge[1] - 1 or right > edge[2] + 1 or bottom > edge[3] + 1:
            found.append(f"“{one['text']}” is cut off")
        if one["size"] < 11.49:
            found.append(f"“{one['text']}” is written in {one['size']:.3g} px")
        if POWER_OF_TEN.search(one["text"]):
            found.append(f"“{one['text']}” is a power of ten")
    for k, one in enumerate(words):
        for other in words[k + 1 :]:
            if one["svg"] != other["svg"]:
                break
            (a, b, c, d), (e, f, g, h) = one["box"], other["box"]
            if min(c, g) - max(a, e) > 1 and min(d, h) - max(b, f) > 1:
                found.append(f"“{one['text']}” and “{other['text']}” overlap")
    return found


def test_every_word_in_a_report_is_legible_at_every_width(browser, report):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(report)
    count = page.locator(".chart").count()
    assert count > 8
    for width, drawn in WIDE_TO_DRAWN.items():
        assert drawn in WIDTHS
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(
            "([count, drawn]) => [...document.querySelectorAll('.chart svg')].filter("
            "(svg) => svg.clientWidth === drawn).length === count",
            arg=[count, drawn],
        )
        words = page.evaluate(WORDS)
        assert len(words) > 100
        assert wrong(words) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()
