"""Speakers of a document who are not yet actors of the case: names for actors.csv."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from winset.case import csv_text
from winset.case.model import Case
from winset.case.parts import Actor
from winset.case.tables import TABLE_KINDS, cells_of
from winset.evidence.reading.documents import Text
from winset.evidence.reading.spans import one_line
from winset.evidence.statements.extract import ExtractedStatement
from winset.evidence.statements.lexicon import word_set
from winset.evidence.statements.speakers import AUTHOR, BODY, TITLES, UNRESOLVED, folded, pronoun

LONGEST_NAME = 80
_PARTICLES = word_set(
    "al bin bint da dal de del della den der di do dos du el ibn la le van von zu"
)


def strangers(case: Case, text: Text, statements: Iterable[ExtractedStatement]) -> Iterator[str]:
    """Yield the name behind each statement whose speaker is not an actor of ``case``.

    A speaker named only by an office or a pronoun, or not at all, has no name to yield. Where the
    author describes what an actor wants, the name is that of the actor.
    """
    actors = {actor.id for actor in case.actors}
    for statement in statements:
        reports_mind = (
            statement.speakers == (AUTHOR,)
            and statement.mention is not None
            and not statement.about
        )
        unknown = [
            s for s in (*statement.speakers, *statement.about) if s not in actors and s != AUTHOR
        ]
        if not unknown and not reports_mind:
            continue
        names = [s for s in unknown if s != UNRESOLVED]
        if not names and statement.mention is not None:
            names = [statement.mention.of(text.text)]
        for name in filter(None, map(bare_name, names)):
            yield _fuller(name, text.text)


def _fuller(name: str, text: str) -> str:
    """Return the one longer form in which ``text`` gives a single name, or the name itself."""
    if " " in name:
        return name
    longer = re.finditer(rf"(?:[A-Z][\w.’'-]*[^\S\n]+){{1,5}}{re.escape(name)}\b", text)
    forms = {form for match in longer if " " in (form := bare_name(match[0]))}
    return forms.pop() if len(forms) == 1 else name


def bare_name(mention: str) -> str:
    """Return the name in ``mention`` without titles and offices; empty where there is none.

    >>> bare_name("Iranian Foreign Minister Mohammad Javad Zarif")
    'Mohammad Javad Zarif'
    >>> bare_name("the White House"), bare_name("a senior official")
    ('White House', '')
    """
    line = re.sub(r"['’]s$|(?<=s)['’]$", "", one_line(mention).strip(' ,.;:–—-"“”()'))
    if pronoun(line) is not None or len(line) > LONGEST_NAME:
        return ""
    words = line.split()
    while words and words[0].casefold() in ("neither", "nor", "both", "either", "and", "but"):
        words = words[1:]
    if not BODY.search(line):
        titled = [
            k
            for k, word in enumerate(words)
            if folded(word).rstrip(".") in TITLES or (word.islower() and word not in _PARTICLES)
        ]
        words = words[titled[-1] + 1 :] if titled else words
    elif words and words[0].casefold() in ("the", "a", "an"):
        words = words[1:]
    is_name = bool(words) and words[0][:1].isupper() and words[-1][:1].isupper()
    return " ".join(words) if is_name else ""


def suggested_actors(case: Case, names: Iterable[str], *, most: int = 10) -> tuple[Actor, ...]:
    """Return the most frequent ``names`` as actors to enter; party and role are left to the coder.

    A surname counts for the one longer name that ends in it.
    """
    counts = Counter(names)
    for name in list(counts):
        longer = [other for other in counts if other.endswith(f" {name}")]
        if len(longer) == 1:
            counts[longer[0]] += counts.pop(name)
    ids = {actor.id for actor in case.actors}
    actors = []
    for name, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]:
        last = name if BODY.search(name) else name.split()[-1]
        id = next(id for id in _ids(last, name) if id not in ids)
        ids.add(id)
        actors.append(Actor(id=id, name=name))
    return tuple(actors)


def actor_lines(case: Case, actors: Iterable[Actor]) -> tuple[str, ...]:
    """Return ``actors`` as lines that fit under the header of the case's actors.csv."""
    kind = TABLE_KINDS["actors"]
    text = case.files.get("actors.csv", b"").decode("utf-8", "replace")
    table = csv_text.parse_csv(text, "actors.csv")
    columns = [c for c in table.columns if c in kind.columns]
    columns = columns if {"id", "name"} <= set(columns) else list(kind.columns[:-1])
    rows = ([cells_of(kind, actor)[c] for c in columns] for actor in actors)
    lines = (csv_text.write_csv(row, []).rstrip("\n") for row in rows)
    return tuple(lines) if table.delimiter == "," else tuple(x.replace(",", ";") for x in lines)


def slug(words: str) -> str:
    """Return ``words`` as an id; empty where none of its letters or digits can be in one.

    >>> slug("Bündnis 90 / Die Grünen")
    'bundnis-90-die-grunen'
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:60].strip("-")


def _ids(*names: str) -> Iterator[str]:
    yield from filter(None, map(slug, names))
    first = next(filter(None, map(slug, names)), "actor")
    number = 1
    while True:
        number += 1
        yield f"{first}-{number}"
