"""Statements without marks: reported speech, stands taken, and the author's own words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from winset.evidence.reading.parsing import Parsed
from winset.evidence.reading.spans import Span
from winset.evidence.statements.attribution import (
    Attribution,
    attribution_of,
    object_of_to,
    speaker_of,
    speaks,
)
from winset.evidence.statements.lexicon import (
    EXPLAINING,
    HAVING_IN_MIND,
    PLAINLY_SAYING,
    SAYING,
    TAKING_A_STAND,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

_VERBAL = ("VERB", "AUX")


@dataclass(frozen=True, slots=True)
class Clause:
    """Words and their attribution.

    Attributes:
        content: where the words stand.
        attribution: who says them; None for the author.
        gap: the clause of saying that stands in the midst of the content, if any.
        way: reported speech, a stand taken, somebody's mind as the author has it, or the author.
        heads: the words for those who say or do it, several when they are joined.
        main: what ties them is the main verb of its sentence.
    """

    content: Span
    attribution: Attribution | None
    gap: Span | None
    way: Literal["reported", "stand", "mind", "author"]
    heads: tuple["Token", ...] = ()
    main: bool = False


def clauses(parsed: Parsed) -> Iterator[Clause]:
    """Yield what each sentence says outside quotation marks."""
    for sentence in parsed.doc.sents:
        tokens = [token for token in sentence if parsed.inside[token.i] < 0]
        if len(tokens) < 3:
            continue
        yield from _of_sentence(parsed, tokens)


def _of_sentence(parsed: Parsed, tokens: list["Token"]) -> Iterator[Clause]:
    reported: list[Span] = []
    explained: list[Clause] = []
    for token in tokens:
        if token.lower_ == "according":
            speaker = object_of_to(token)
            if speaker is not None and speaks(speaker):
                content = _rest(parsed, tokens, token)
                reported.append(content)
                attribution = attribution_of("according to", parsed, token, speaker)
                gap = _edges(parsed, list(token.subtree))
                yield Clause(content, attribution, gap, "reported", (speaker,))
    verbs = [t for t in tokens if t.pos_ in _VERBAL and _finite(t)]
    # What is reported holds the stands taken in it: saying goes first.
    for verb in sorted(verbs, key=lambda t: t.lemma_.lower() not in PLAINLY_SAYING):
        clause = _of_verb(parsed, verb, tokens)
        if clause is None or any(span.holds(clause.content) for span in reported):
            continue
        if clause.way == "reported":
            reported.append(clause.content)
        yield clause
        if clause.way == "mind":
            explained += [Clause(span, None, None, "author") for span in _explained(parsed, verb)]
    yield from explained
    yield Clause(_without_stop(parsed, tokens), None, None, "author")


def _finite(verb: "Token") -> bool:
    """Return whether the verb makes a statement of its own: no infinitive, no bare participle."""
    if verb.tag_ in ("VBD", "VBZ", "VBP", "MD"):
        return True
    helped = any(child.dep_ in ("aux", "auxpass") and child.tag_ != "TO" for child in verb.children)
    if verb.dep_ == "conj" and verb.tag_ == verb.head.tag_ and not helped:
        return _finite(verb.head)
    adds = verb.dep_ == "advcl" and verb.lemma_.lower() in PLAINLY_SAYING
    return helped or (verb.tag_ == "VBG" and adds)


def _of_verb(parsed: Parsed, verb: "Token", tokens: list["Token"]) -> Clause | None:
    lemma = verb.lemma_.lower()
    if lemma not in SAYING | TAKING_A_STAND | HAVING_IN_MIND:
        return None
    speaker = speaker_of(verb)
    if speaker is None or parsed.inside[speaker.i] >= 0:
        return None
    if lemma in PLAINLY_SAYING and verb.tag_ != "VB":
        content, gap = _reported(parsed, verb, tokens)
        if content is not None:
            return _clause(parsed, verb, speaker, content, gap, "reported")
    if not speaks(speaker):
        return None
    complement = next((c for c in verb.children if c.dep_ == "ccomp" and c.i > verb.i), None)
    if lemma in HAVING_IN_MIND:
        content = _own_clause(parsed, verb)
        return _clause(parsed, verb, speaker, content, None, "mind")
    if lemma in TAKING_A_STAND and not _merely(verb):
        return _clause(parsed, verb, speaker, _own_clause(parsed, verb), None, "stand")
    if lemma in SAYING and complement is not None and verb.tag_ != "VB":
        content, gap = _reported(parsed, verb, tokens)
        if content is not None:
            return _clause(parsed, verb, speaker, content, gap, "reported")
    return None


def _clause(
    parsed: Parsed,
    verb: "Token",
    speaker: "Token",
    content: Span,
    gap: Span | None,
    way: Literal["reported", "stand", "mind"],
) -> Clause:
    rule = {"reported": "reported speech", "stand": "takes a stand", "mind": "author on a mind"}[
        way
    ]
    return Clause(
        content, attribution_of(rule, parsed, verb, speaker), gap, way, joined(speaker), _main(verb)
    )


def _main(verb: "Token") -> bool:
    return verb.dep_ in ("ROOT", "parataxis") or (verb.dep_ == "conj" and _main(verb.head))


def _reported(
    parsed: Parsed, verb: "Token", tokens: list["Token"]
) -> tuple[Span | None, Span | None]:
    """Return what is reported, and the gap that the clause of saying leaves in it."""
    complement = next((c for c in verb.children if c.dep_ in ("ccomp", "parataxis")), None)
    own = {t.i for t in verb.subtree}
    if complement is None and verb.dep_ == "parataxis" and verb.head.i < verb.i:
        complement = verb.head
    elif complement is not None:
        own -= {t.i for t in complement.subtree}
    else:
        return None, None
    words = [t for t in complement.subtree if t.i not in own]
    if complement.i > verb.i:
        last = max([*words, *_late_conditions(verb, words)], key=lambda t: t.i)
        first = words[0] if words[0].i > verb.i else complement
        content = list(parsed.doc[first.i : last.i + 1])
        return (_without_stop(parsed, content), None) if content else (None, None)
    # “The islands will join, their premier said, if the navy leaves.”
    clause = [verb, *(t for c in verb.children if c.dep_ in ("nsubj", "aux", "neg", "advmod")
                      for t in c.subtree)]  # fmt: skip
    after = [t for t in tokens if t.i > max(c.i for c in clause)]
    content = [t for t in tokens if t.i < min(c.i for c in clause)]
    conditions = [t for t in after if t.lower_ in _CONDITIONAL]
    inside = [w for w in words if w.i > verb.i]
    if conditions or inside:
        content += after
        return _without_stop(parsed, content), _edges(parsed, clause)
    return (_without_stop(parsed, content), None) if content else (None, None)


_CONDITIONAL = ("if", "unless", "provided", "providing", "once", "as", "when", "should")


def _late_conditions(verb: "Token", words: list["Token"]) -> list["Token"]:
    """Return the words of a condition that the parser attached to the verb of saying."""
    return [
        t for child in verb.children
        if child.dep_ in ("advcl", "prep") and child.i > words[-1].i
        for t in child.subtree
    ]  # fmt: skip


def _own_clause(parsed: Parsed, verb: "Token") -> Span:
    """Return the clause of ``verb`` without what explains it or is joined to it."""
    left_out = {t.i for c in verb.children if c.dep_ == "conj" for t in c.subtree}
    left_out |= {t.i for clause in _explaining(verb) for t in clause.subtree}
    return _without_stop(parsed, [t for t in verb.subtree if t.i not in left_out])


def _explaining(verb: "Token") -> list["Token"]:
    """Return the verbs of the clauses that explain ``verb`` or what it is about."""
    return [
        child
        for explained in (verb, *(c for c in verb.children if c.dep_ in ("ccomp", "xcomp")))
        for child in explained.children
        if child.dep_ == "advcl"
        and any(mark.dep_ == "mark" and mark.lower_ in EXPLAINING for mark in child.children)
    ]


def _explained(parsed: Parsed, verb: "Token") -> list[Span]:
    return [_without_stop(parsed, list(child.subtree)) for child in _explaining(verb)]


def _merely(verb: "Token") -> bool:
    """Return whether the verb takes a stand only with another word: “call for”, “rule out”."""
    needed = {"rule": ("out",), "hold": ("responsible",),
              "ask": ("for",), "appeal": ("for", "to"), "insist": ("on",), "charge": ("with",),
              "attribute": ("to",), "pin": ("on",)}.get(verb.lemma_.lower())  # fmt: skip
    if needed is None:
        return False
    return not any(t.lower_ in needed for t in verb.subtree if t.i > verb.i)


def _rest(parsed: Parsed, tokens: list["Token"], according: "Token") -> Span:
    phrase = {t.i for t in according.subtree}
    return _without_stop(parsed, [t for t in tokens if t.i not in phrase])


def _without_stop(parsed: Parsed, tokens: list["Token"]) -> Span:
    while len(tokens) > 1 and tokens[-1].is_punct:
        tokens = tokens[:-1]
    while len(tokens) > 1 and tokens[0].is_punct:
        tokens = tokens[1:]
    return _edges(parsed, tokens)


def _edges(parsed: Parsed, tokens: list["Token"]) -> Span:
    first = min(tokens, key=lambda t: t.i)
    last = max(tokens, key=lambda t: t.i)
    return parsed.span(first, last)


def joined(head: "Token") -> tuple["Token", ...]:
    """Return those joined to ``head`` by “and”, “or”, “nor” or “including”, itself first."""
    heads = [head, *head.conjuncts]
    for child in head.children:
        if child.dep_ == "prep" and child.lower_ in ("including", "like"):
            for inner in child.children:
                if inner.dep_ == "pobj":
                    heads += [inner, *inner.conjuncts]
    return tuple(sorted(set(heads), key=lambda t: t.i))
