import hashlib
import random
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from winset.case.document_files import span_digest
from winset.case.folder import read_case
from winset.cli.coding import reanchor as command
from winset.evidence.anchors import (
    ALONE,
    Anchor,
    Haystack,
    LostAnchor,
    TextPlace,
    context,
    reanchor,
    sentence_around,
)

CASE = Path(__file__).parent / "fixtures" / "two-coders"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "dna" / "sample.dna"
TEXT = (CASE / "documents" / "gazette-may.txt").read_text()
WORDS = [
    "the",
    "a",
    "no",
    "yes",
    "toll",
    "bridge",
    "mayor",
    "said",
    ",",
    ".",
    "crowns",
    "\n",
    "and",
]


def anchored(text, start, end, *, sides=True, words=True):
    prefix, suffix = context(text, start, end) if sides else (None, None)
    return Anchor(
        start=start,
        end=end,
        quote_sha256=span_digest(text, start, end),
        quote=text[start:end] if words else "",
        prefix=prefix,
        suffix=suffix,
    )


def at(text, quote):
    return text.index(quote), text.index(quote) + len(quote)


class Edited:
    """A text under edits in which every character knows its origin; a copy has the same one."""

    def __init__(self, text):
        self.characters = list(enumerate(text))

    def edit(self, kind, start, length, words):
        piece = self.characters[start : start + length]
        if kind in ("delete", "replace", "move"):
            del self.characters[start : start + length]
        if kind in ("insert", "replace"):
            self.characters[start:start] = [(None, c) for c in words]
        if kind in ("copy", "move"):
            to = (start * 7 + 3) % (len(self.characters) + 1)
            self.characters[to:to] = piece

    def freeze(self):
        self.text = "".join(c for _, c in self.characters)
        self.origins = [origin for origin, _ in self.characters]
        self.places = {}
        for place, origin in enumerate(self.origins):
            self.places.setdefault(origin, []).append(place)
        return self

    def is_whole(self, start, end):
        """Whether the span still stands somewhere in one piece."""
        wanted = list(range(start, end))
        return any(
            self.origins[place : place + end - start] == wanted
            for place in self.places.get(start, [])
        )

    def holds(self, place, start, end):
        """Whether it is the span that stands at ``place``, but for letters typed anew alike."""
        here = [start <= (o or -1) < end for o in self.origins[place.start : place.end]]
        return 2 * sum(here) >= end - start


@st.composite
def edited_texts(draw):
    words = draw(st.lists(st.sampled_from(WORDS), min_size=20, max_size=120))
    text = " ".join(words)
    edited = Edited(text)
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["insert", "delete", "replace", "copy", "move"]))
        start = draw(st.integers(0, len(edited.characters)))
        new = " ".join(draw(st.lists(st.sampled_from(WORDS), max_size=6)))
        edited.edit(kind, start, draw(st.integers(1, 60)), new)
    start = draw(st.integers(0, len(text) - 2))
    end = draw(st.integers(start + 1, min(len(text), start + 80)))
    return text, edited, start, end


@given(edited_texts())
def test_what_is_found_reads_the_same_words(example):
    text, edited, start, end = example
    edited.freeze()
    found = Haystack(edited.text).find(anchored(text, start, end))
    if isinstance(found, TextPlace):
        same = " ".join(edited.text[found.start : found.end].split())
        assert same == " ".join(text[start:end].split())


@given(st.text('ab \n“”"…–-\u00ad', min_size=1, max_size=60), st.data())
def test_an_unchanged_text_never_moves_anything(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = Haystack(text).find(anchored(text, start, end))
    if isinstance(found, TextPlace):
        moved = text[found.start : found.end]
        assert moved.split() == text[start:end].split() or found == TextPlace(start, end)


def scrambled(text, generator, edits):
    edited = Edited(text)
    vocabulary = text.split()
    for _ in range(edits):
        kind = generator.choice(["insert", "delete", "replace", "copy", "move"])
        start = generator.randrange(len(edited.characters))
        new = " ".join(generator.choices(vocabulary, k=generator.randrange(1, 12))) + " "
        edited.edit(kind, start, generator.randrange(1, 160), new)
    return edited.freeze()


def measured(texts, spans, *, edits, seed):
    """Counts over random edits: spans still whole, those of them found again, found wrongly."""
    generator = random.Random(seed)
    whole = again = wrong = 0
    for id, text in texts.items():
        edited = scrambled(text, generator, len(text) * edits // 10_000)
        haystack = Haystack(edited.text)
        for start, end in spans[id]:
            is_whole = edited.is_whole(start, end)
            found = haystack.find(anchored(text, start, end))
            whole += is_whole
            if isinstance(found, TextPlace):
                right = edited.holds(found, start, end)
                again += right and is_whole
                wrong += not right
    return whole, again, wrong


def test_under_random_edits_nothing_is_moved_wrongly_and_nearly_all_is_found():
    if not SHARED.is_file():
        pytest.skip("the DNA sample is not beside this checkout")
    from winset.formats.dna_tables import read_dna_tables

    tables = read_dna_tables(SHARED)
    texts = {row["ID"]: row["Text"] for row in tables["DOCUMENTS"]}
    spans = {id: [] for id in texts}
    for row in tables["STATEMENTS"]:
        spans[row["DocumentId"]].append((row["Start"], row["Stop"]))
    # Whole statements are long; their sentences and single words are harder.
    generator = random.Random(1)
    for id, text in texts.items():
        words = [match.start() for match in re.finditer(r"\b[A-Za-z]{4}", text[:-200])]
        for start in generator.sample(words, 30):
            spans[id].append((start, start + generator.choice([4, 12, 40, 160])))
    counts = [measured(texts, spans, edits=10, seed=seed) for seed in range(3)]
    whole, again, wrong = map(sum, zip(*counts, strict=True))
    assert wrong == 0
    assert again > 0.97 * whole, f"{again} of {whole}"


def test_new_quotation_marks_dashes_and_line_breaks_are_the_same_words():
    start, end = at(TEXT, "“a toll of four crowns is what the bridge costs us”")
    again = "New headline\n\n" + TEXT.replace("“", '"').replace("”", '"').replace(
        "four crowns is", "four\n   crowns\u00a0is"
    )
    found = Haystack(again).find(anchored(TEXT, start, end))
    assert again[found.start : found.end].startswith('"a toll of four\n')
    assert again[found.start : found.end].endswith('costs us"')


def test_words_that_stand_twice_are_told_apart_by_what_stands_beside_them():
    text = "Ann said half of it. Then there was a long silence. Bob said half of it too, and left."
    second = text.rindex("half of it"), text.rindex("half of it") + 10
    found = Haystack("A preface. " + text).find(anchored(text, *second))
    assert found == TextPlace(second[0] + 11, second[1] + 11)


def test_words_that_were_changed_are_lost_and_said_so():
    start, end = at(TEXT, "never sign anything below two crowns")
    found = Haystack(TEXT.replace("two crowns", "three crowns")).find(anchored(TEXT, start, end))
    assert found == LostAnchor("its words are not in the text")


def test_the_same_words_in_another_place_are_not_taken_for_the_statement():
    text = "The mayor spoke at length in the old hall. She said no, to loud applause from all."
    start, end = at(text, "no")
    other = "Nobody else was there in the hall that night, and there was no reason to stay on."
    assert isinstance(Haystack(other).find(anchored(text, start, end)), LostAnchor)


def test_a_passage_that_was_copied_whole_is_ambiguous_and_lost():
    start, end = at(TEXT, "two crowns")
    found = Haystack(TEXT + TEXT).find(anchored(TEXT, start, end))
    assert isinstance(found, LostAnchor)
    assert "2 times" in found.reason


def test_without_context_only_long_words_move():
    long = at(TEXT, "a toll of four crowns is what the bridge costs us")
    short = at(TEXT, "two crowns")
    assert long[1] - long[0] >= ALONE
    moved = Haystack("Earlier. " + TEXT)
    assert moved.find(anchored(TEXT, *long, sides=False)) == TextPlace(long[0] + 9, long[1] + 9)
    assert isinstance(moved.find(anchored(TEXT, *short, sides=False)), LostAnchor)
    assert Haystack(TEXT).find(anchored(TEXT, *short, sides=False)) == TextPlace(*short)


def test_a_statement_known_by_its_digest_alone_is_found_near_its_old_place():
    long = at(TEXT, "a toll of four crowns is what the bridge costs us")
    digest_only = anchored(TEXT, *long, sides=False, words=False)
    found = Haystack("Earlier. " + TEXT).find(digest_only)
    assert found == TextPlace(long[0] + 9, long[1] + 9)
    assert isinstance(Haystack("nothing of it").find(digest_only), LostAnchor)


def test_a_changed_document_is_anchored_again_and_what_is_lost_is_listed(tmp_path):
    shutil.copytree(CASE, tmp_path / "case")
    path = tmp_path / "case" / "documents" / "letter.txt"
    before = path.read_text()
    after = "Dear friends,\n\n" + before.replace("in 2026", "in 2025")
    path.write_text(after)
    result = reanchor(read_case(tmp_path / "case"), {"letter": before})
    assert {new.id for _, new in result.moved} == {"m7", "m8"}
    assert {row.id for row, _ in result.lost} == {"m9"}
    for old, new in result.moved:
        assert new.start == old.start + 15
        assert after[new.start : new.end] == before[old.start : old.end]
    document = next(d for d in result.case.documents if d.id == "letter")
    assert document.sha256 == hashlib.sha256(after.encode()).hexdigest()


def test_without_the_earlier_text_short_words_stay_where_they_are(tmp_path):
    shutil.copytree(CASE, tmp_path / "case")
    path = tmp_path / "case" / "documents" / "letter.txt"
    path.write_text("Dear friends,\n\n" + path.read_text())
    case = read_case(tmp_path / "case")
    result = reanchor(case)
    assert {new.id for _, new in result.moved} == {"m7"}
    assert {row.id for row, _ in result.lost} == {"m8", "m9"}
    lost = {(row.coder, row.id): row for row, _ in result.lost}
    for row in result.case.statements:
        assert lost.get((row.coder, row.id), row) == row


def test_nothing_changes_where_nothing_changed():
    case = read_case(CASE)
    result = reanchor(case)
    assert (result.case, result.moved, result.lost) == (case, (), ())


def test_a_text_that_is_not_kept_leaves_its_statements_alone():
    case = read_case(CASE)
    bare = replace(case, documents=tuple(replace(d, file=None) for d in case.documents))
    assert reanchor(bare).case == bare


@given(st.text(max_size=80), st.integers(0, 80), st.integers(1, 20))
def test_a_sentence_is_cut_from_the_text_as_it_stands(text, start, length):
    start = min(start, max(0, len(text) - 1))
    end = min(len(text), start + length)
    assert "".join(sentence_around(text, start, end)) in text


def test_the_command_says_what_moved_before_it_writes(tmp_path):
    shutil.copytree(CASE, tmp_path / "case")
    path = tmp_path / "case" / "documents" / "letter.txt"
    path.write_text("Dear friends,\n\n" + path.read_text())
    before = (tmp_path / "case" / "statements" / "maya.csv").read_text()
    done = CliRunner().invoke(command, [str(tmp_path / "case")])
    assert "maya m7: 29–78 is now 44–93" in done.output
    assert "3 moved, 6 lost; nothing written" in done.output
    assert (tmp_path / "case" / "statements" / "maya.csv").read_text() == before
    done = CliRunner().invoke(command, [str(tmp_path / "case"), "--write"])
    assert done.exit_code == 0, done.output
    changed = (tmp_path / "case" / "statements" / "maya.csv").read_text()
    assert changed == before.replace("m7,letter,29,78", "m7,letter,44,93")
