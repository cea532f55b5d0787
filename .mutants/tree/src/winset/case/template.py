"""The case that `winset new` writes: small, valid, with a word at every choice."""

import datetime
from importlib.resources import files as package_files
from pathlib import Path

from winset.case.yaml_text import write_yaml

_HEAD = """\
# What stands in this file, and in the tables beside it, is all that a forecast sees.
# Every number may be a range: 40, 30 to 50 (anywhere between), 30..40..60 (low, likeliest, high).
"""
_BODY = """\
as_of: 2026-01-01        # nothing later than this day may inform a number
summary: Two sides bargain over one question. Replace all of this by your own.
citation: ""             # your name and sources

parties:
  ours:
    name: Our side
    quota: 0.5           # share of its voters' influence that must say yes
    unity: 0.7..0.9..1   # how united it appears in public: 0 open split, 1 one voice
  theirs:
    name: Their side

issues:
  price:
    title: The price
    question: What is paid?
    scale: {low: 0, high: 100, unit: points}
    labels:              # both ends, and points between, as states of the world
      0: nothing is paid
      50: half of what was asked
      100: all that was asked
    reversion: 0..5..20  # what holds the day after talks fail

scenarios:
  hardship:
    title: Failure becomes dearer for our side
    changes:
      - {quantity: price, party: ours, add: 10, through: hardship}

questions:
  agreement:
    text: Will they agree?
    answer: agreement(price)
"""
_ACTORS = """\
id,name,party,role,aliases
minister,Our minister,ours,negotiator; voter,
parliament,Our parliament,ours,veto player,
envoy,Their envoy,theirs,negotiator; veto player,
"""
_STANCES = """\
issue,actor,position,salience,influence,price,red_line_low,red_line_high,audience_cost,statements,\
note
price,minister,20..30..40,60..80..90,60..70..80,10..20..30,,,,,why these numbers
price,parliament,10..20..30,40..60..80,80..90..100,5..10..20,,60,10..20..40,,\
said in public: not above 60
price,envoy,50..60..75,60..70..80,100,10..15..25,,,,,
"""


def template(title: str) -> dict[str, str]:
    """Return the files of a new case: path to text."""
    return {
        "case.yaml": _HEAD + write_yaml({"title": title}) + _BODY,
        "actors.csv": _ACTORS,
        "stances.csv": _STANCES,
        "ties.csv": "source,target,kind,weight,statements,note\n",
        "documents.csv": "id,title,publisher,published,url,sha256,file\n",
        "claims.csv": (
            "id,statements,author,outlet,made,question,text,by,outcome,probability,resolution,"
            "resolved,source,note\n"
        ),
    }


_BLANK = """\
as_of: {day}        # nothing later than this day may inform a number
summary: ""
citation: ""             # your name and sources

parties: {{}}              # replace the braces by the sides, with an id each:
#  ours:
#    name: Our side
#    quota: 0.5           # share of its voters' influence that must say yes

issues: {{}}               # likewise what is bargained over:
#  price:
#    title: The price
#    question: What is paid?
#    scale: {{low: 0, high: 100, unit: points}}
#    labels:              # both ends, as states of the world
#      0: nothing is paid
#      100: all that was asked
#    reversion: 0..5..20  # what holds the day after talks fail
#    phrases: [price, payment]   # words by which texts speak of it
"""


def blank(title: str, day: datetime.date) -> dict[str, str]:
    """Return the files of a case without parties, issues or actors: path to text."""
    files = template(title)
    return {
        **{name: text[: text.index("\n") + 1] for name, text in files.items()},
        "case.yaml": _HEAD + write_yaml({"title": title}) + _BLANK.format(day=day.isoformat()),
    }


def practice() -> dict[str, str]:
    """Return the files of invented talks to practise on: path to text.

    Parties, issues and actors are named and nothing is coded; the articles to code lie in
    ``articles/``.
    """
    root = Path(str(package_files("winset.case") / "practice"))
    own = sorted(path for path in root.rglob("*.*") if path.is_file())
    headings = {name: text[: text.index("\n") + 1] for name, text in template("").items()}
    return headings | {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in own
    }
