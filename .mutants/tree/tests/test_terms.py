"""Every term of the glossary that a page uses is explained on that page."""

import html.parser
import re
import shutil
from pathlib import Path

import pytest

from unmarked import unmarked
from winset.case.shipped import open_case
from winset.explain.glossary import glossary
from winset.explain.term_marks import mark_terms, term_pattern
from winset.forecast.forecast import make_forecast
from winset.models import make_model
from winset.report import report_html
from workbench import entered

NUCLEAR = "/cases/shipped/iran-nuclear-2015"
BRIDGE = "/cases/own/bridge"
PAGES = [
    "/", "/backtest", "/nowhere", f"{BRIDGE}/evidence/letter",
    f"{NUCLEAR}/views/claims", f"{NUCLEAR}/views/models?draws=50",
    *(f"{NUCLEAR}{path}" for path in ("", "/parts", "/views", "/exports", "/timeline")),
    *(f"{BRIDGE}{path}" for path in ("", "/evidence", "/coders", "/trace/toll/holm")),
]  # fmt: skip
NO_WORDS = ("title", "script", "style", "textarea", "code", "pre", "kbd", "blockquote", "q", "cite")
# What the words of the glossary are when they are no terms, as term_marks has it too.
NO_TERM = r"winset \d[\d.]*|(?:in (?:any|either)|just in) case|in case|at issue|“[^”]*”|`[^`]*`"


class Words(html.parser.HTMLParser):
    """What a reader of a page sees, and the marks and tips in it."""

    def __init__(self, source):
        super().__init__()
        self.open, self.words, self.marks, self.tips = [], [], {}, {}
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "input", "br", "img", "hr"):
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        kinds = [tag for tag, _ in self.open]
        attributes = [attributes for _, attributes in self.open]
        roles = [given.get("role") for given in attributes]
        if "tooltip" in roles:
            tip = attributes[roles.index("tooltip")]["id"]
            self.tips[tip] = self.tips.get(tip, "") + data
        elif "dfn" in kinds and not any("hidden" in given for given in attributes):
            mark = attributes[kinds.index("dfn")]
            assert mark["tabindex"] == "0", "the keyboard gets there"
            assert data.casefold() not in self.marks, "marked once"
            self.marks[data.casefold()] = mark["aria-describedby"]
        if not set(kinds) & set(NO_WORDS) and not any(
            given.get("class") == "terms"
            or given.get("dir") == "auto"
            or given.get("class") in ("brand", "tip")
            for given in attributes
        ):
            self.words.append(data)


def used(words):
    """Return the terms that ``words`` use, a long one before a shorter one in it."""
    words = re.sub(NO_TERM, "·", words)
    terms = set()
    for term in sorted(glossary().values(), key=lambda term: -len(term.name)):
        words, count = re.subn(rf"(?i)(?<![\w“-])(?:{term_pattern(term)})(?![\w-])", "·", words)
        terms |= {term.name} if count else set()
    return terms


def check(source):
    """Fail unless each term that the page uses has a mark and a tip with the glossary's words."""
    page = Words(source)
    explained = set().union(*(used(mark) for mark in page.marks))
    assert used("\n".join(page.words)) <= explained
    for tip in page.marks.values():
        sentences = {term.sentence for term in glossary().values()}
        assert any(page.tips[tip].startswith(sentence) for sentence in sentences)
    return page


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("terms")
    shutil.copytree(Path(__file__).parent / "fixtures" / "two-coders", folder / "bridge")
    with entered(folder) as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_the_workbench_uses_a_term_without_a_tip(client, path):
    answer = client.get(path)
    assert answer.status_code == (404 if path == "/nowhere" else 200)
    page = check(answer.text)
    assert page.marks, "a page without a single term would be no page of ours"


def test_no_report_uses_a_term_without_a_tip():
    case = open_case("iran-syria-2015")
    forecasts = [make_forecast(case, make_model("two-level"), draws=100)]
    source = report_html(case, forecasts)
    assert len(check(source).marks) > 20
    assert mark_terms(unmarked(source)).count("<dfn") >= 20


def test_a_term_without_a_tip_would_be_noticed(client):
    with pytest.raises(AssertionError):
        check(unmarked(client.get(f"{NUCLEAR}/parts").text))


SENTENCE = "<main><p>{}</p></main>"


def test_a_term_is_marked_at_its_first_use_in_any_form_and_once():
    page = mark_terms(
        SENTENCE.format("Both Parties drew red\nlines; a party may cross a red line.")
    )
    assert re.findall(r"<dfn[^>]*>([^<]*)</dfn>", page) == ["Parties", "red\nlines"]
    assert page.count('role="tooltip"') == 2
    assert unmarked(page) == SENTENCE.format(
        "Both Parties drew red\nlines; a party may cross a red line."
    )


def test_the_longest_term_is_meant_and_a_part_of_another_word_is_none():
    page = mark_terms(
        SENTENCE.format("The price of no agreement; case-format, showcase, winset 0.2")
    )
    assert re.findall(r"<dfn[^>]*>([^<]*)</dfn>", page) == ["price of no agreement"]


@pytest.mark.parametrize(
    "source",
    [
        '<p title="salience" data-label="a tie">plain</p>',
        '<script>const salience = "<p>tie</p>"; if (a < b) tie();</script>',
        "<style>.salience { content: 'tie' }</style>",
        "<p><textarea>salience</textarea></p>",
        "<blockquote><p>They spoke of salience.</p></blockquote>",
        '<p><q>a tie</q> <span dir="auto">the red line</span></p>',
        "<pre>stance</pre><p><code>stance</code></p>",
        "<!-- <p>stance</p> -->",
        "<p>did you mean “salience”?</p>",
        "<p>It needs the address that `winset serve` printed.</p>",
        "<p>In any case, in case of doubt.</p>",
    ],
)
def test_what_is_no_sentence_of_ours_stays_as_it_is(source):
    page = f"<!doctype html><html><body><main>{source}</main></body></html>"
    assert mark_terms(page) == page


@pytest.mark.parametrize(
    "source",
    [
        '<label for="a">Salience</label>',
        "<button>Salience</button>",
        '<p><a href="/">Salience</a></p>',
        "<h2>Salience</h2>",
        '<p role="status">Salience</p>',
        "<p hidden>Salience</p>",
        "<table><tr><th>Salience</th></tr></table>",
        "<select><option>Salience</option></select>",
    ],
)
def test_where_no_tip_can_stand_the_term_is_explained_at_the_end_of_the_page(source):
    page = mark_terms(f"<main>{source}\n</main>")
    assert page.startswith(f'<main>{source}\n<section class="terms" aria-labelledby="terms-title">')
    assert re.findall(r"<dfn[^>]*>([^<]*)</dfn>", page) == ["salience"]
    check(page)


def test_a_use_in_sight_is_marked_rather_than_one_folded_away_before_it():
    page = mark_terms("<main><details><p>A stance.</p></details><p>One stance more.</p></main>")
    assert re.search(r"<p>One <dfn[^>]*>stance</dfn>", page) and page.count("<dfn") == 1


def test_what_a_case_says_is_never_taken_for_markup():
    said = "&lt;script&gt;salience&lt;/script&gt; <b>&quot;tie&quot;</b>"
    page = mark_terms(SENTENCE.format(said))
    assert unmarked(page) == SENTENCE.format(said) and "<script" not in page
