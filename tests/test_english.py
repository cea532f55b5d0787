"""The words of the package: plain ones in its sentences, and locals named by what they hold."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "winset"
ROOMS = sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists())
# The house rules quote what they forbid; the others are made from rooms, which are looked at.
PAGES = [
    ROOT / "CONTRIBUTING.md",
    *(
        path
        for path in sorted((ROOT / "docs").glob("*.md"))
        if path.name not in ("cli.md", "doubts.md", "house-rules.md")
    ),
]
SUFFIXES = (".py", ".js", ".j2", ".html", ".css", ".md")
# A phrase of a private language, and what plain English says instead.
PLAIN = {
    r"\bhang(?:s|ing)? (?:on|from)\b|\bhung on\b": "“depends on”",
    r"\banew\b": "“again”",
    r"\bluck\b": "“random number”, “chance” or “draw”",
    r"\bnobody\b": "“no one”, or say who or what is missing",
    r"\bwho(?:m)?ever\b": "“anyone who”, or name the person",
    r"\blest\b": "“so that … not”",
    r"\bwhat came of\b|\bcame of it\b": "“outcome” or “result”",
    r"\bwhat binds\b": "“main obstacle”",
    r"\btake away\b": "“export”",
    r"\bheld to decisions\b": "“tested on decisions”",
    r"\btaken? in again\b": "“import”",
    r"\bhad the table known\b": "a sentence with its subject first",
    r"\bcome by\b": "“reach”",
    r"\breckons? with\b": "“expects”",
    r"\ba sheet a table\b": "“one sheet per table”",
}
# The random streams of a case bear names, and a new name would change every draw.
STREAMS = re.compile(r"""["'/ ]luck["']""")
# A name says what it holds; these say how it got there, and English needs them only now and then.
VAGUE = re.compile(r"\b(?:found|said|asked|kept)\b")
MOST_VAGUE = 500


def files(folder):
    """The files of a folder that hold sentences of ours: cases and articles quote others."""
    texts = (path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    quoted = {"shipped", "practice"}
    return sorted(path for path in texts if path.suffix == ".py" or not quoted & {*path.parts})


def breaches(text):
    """Each phrase of the private language in a text, with its line and the plain words."""
    for number, line in enumerate(text.splitlines(), start=1):
        if r"\b" in line:  # a pattern for the sentences of others
            continue
        for phrase, plain in PLAIN.items():
            if match := re.search(phrase, STREAMS.sub("", line), re.IGNORECASE):
                yield f"{number}: “{match[0]}”: write {plain}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_is_written_in_plain_english(page):
    assert not list(breaches(page.read_text("utf-8")))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_written_in_plain_english(room):
    listed = [
        f"{path.relative_to(ROOT)}:{breach}"
        for path in files(SOURCE / room)
        for breach in breaches(path.read_text("utf-8"))
    ]
    assert not listed, "\n".join(listed)


def test_names_say_what_they_hold():
    counts = {
        path.relative_to(ROOT): len(VAGUE.findall(path.read_text("utf-8")))
        for path in files(SOURCE)
        if path.suffix == ".py"
    }
    worst = sorted(counts.items(), key=lambda pair: -pair[1])[:20]
    listed = "\n".join(f"{path}: {count}" for path, count in worst)
    assert sum(counts.values()) < MOST_VAGUE, f"{sum(counts.values())} in all; most in\n{listed}"


@pytest.mark.parametrize(
    ("line", "breach"),
    [
        ("it hangs on the seed", "1: “hangs on”: write “depends on”"),
        ("Nobody moves.", "1: “Nobody”: write “no one”, or say who or what is missing"),
        ('luck = draw("x")', "1: “luck”: write “random number”, “chance” or “draw”"),
    ],
)
def test_a_phrase_of_the_private_language_is_named_with_its_line(line, breach):
    assert list(breaches(line)) == [breach]


@pytest.mark.parametrize(
    "line",
    [
        r'r"(?:no one|nobody)\b"',
        'batch.shares(f"calibration/{issue}/luck")',
        "the latest change",
        "it depends on it",
    ],
)
def test_names_of_random_streams_and_plain_words_pass(line):
    assert not list(breaches(line))
