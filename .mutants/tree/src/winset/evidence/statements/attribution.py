"""Attribution: from a quotation to the word that attributes it and the mention of its speaker."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from winset.evidence.reading.parsing import Parsed
from winset.evidence.reading.spans import Span
from winset.evidence.statements.lexicon import PLAINLY_SAYING, SAYING, SAYING_NOUNS, SPEAKING_NOUNS

if TYPE_CHECKING:
    from spacy.tokens import Token

_SUBJECT = ("nsubj", "nsubjpass", "expl")
_RELATIVE = ("who", "which", "that", "whom")
_VERBAL = ("VERB", "AUX")
# Passives whose subject is the one who speaks: “was quoted as saying”.
_HEARD = ("quote", "cite", "hear", "report", "say", "know")
# Dockers, loyalists, technicians; not papers and numbers.
_DOERS = re.compile(
    r"(?!(?:numb|pap|ord|pow|matt|oth|lett|cent|quart|weap|corn|bord|barri|fact|sect|err|col)[eo]rs)"
    r"\w{2,}(?:ers|ors|ists|icians|crats|rians|lims|nians)"
)
_PAUSES = (",", "?", "!", '"', "”", "—", "–", "-")


@dataclass(frozen=True, slots=True)
class Attribution:
    """What ties words to a speaker.

    Attributes:
        rule: the rule that found it.
        cue: the word or mark that attributes; None when the quotation goes on from an earlier one.
        mention: where the speaker is named; None if it is not.
        lemma: of the cue.
        antecedent: what a relative pronoun (“who”) stands for.
    """

    rule: str
    cue: Span | None
    mention: Span | None
    lemma: str = ""
    antecedent: Span | None = None

    @property
    def plain(self) -> bool:
        """Whether the cue is a verb that hardly means anything but saying."""
        return self.lemma in PLAINLY_SAYING


def attribute(parsed: Parsed, quotation: int) -> Attribution | None:
    """Return what the sentence round ``quotation`` says of its speaker, or None."""
    own = [token for token in parsed.doc if parsed.inside[token.i] == quotation]
    if not own:
        return None
    governing = _governing(parsed, own)
    if governing is not None and governing.plain and not _replaced(parsed, own):
        return governing
    for rule in (_said_after, _governing, _beside, _according, _colon, _subject):
        attribution = rule(parsed, own)
        if attribution is not None:
            return attribution
    return None


def _replaced(parsed: Parsed, own: list["Token"]) -> bool:
    """Return whether the quotation was shortened when its sentence was parsed."""
    places = [parsed.starts[token.i] for token in own]
    return len(set(places)) < len(places)


def _said_after(parsed: Parsed, own: list["Token"]) -> Attribution | None:
    """The quotation is followed at once by its speaker and a verb of saying, in either order."""
    last = own[-1]
    rest = [t for t in parsed.doc[last.i + 1 : last.sent.end] if t.text.strip("\"“”'‘’ ")]
    # Only words that close with a mark of their own: “…,” said X; not a fragment that runs on.
    if not rest or last.text not in _PAUSES:
        return None
    for token in rest[:12]:
        if parsed.inside[token.i] >= 0 or token.text in (".", ";", ":"):
            return None
        if token.pos_ in _VERBAL and token.lemma_.lower() in SAYING:
            speaker = speaker_of(token)
            if speaker is None or speaker.i <= last.i or parsed.inside[speaker.i] >= 0:
                return None
            between = parsed.doc[last.i + 1 : speaker.i] if speaker.i < token.i else ()
            # “… and he vowed” begins another clause.
            if any(t.pos_ == "CCONJ" or t.dep_ in ("ROOT", "ccomp") for t in between):
                return None
            return attribution_of("said after", parsed, token, speaker)
    return None


def _governing(parsed: Parsed, own: list["Token"]) -> Attribution | None:
    """The quotation depends on a verb or noun of saying; a plain one wins over those inside it."""
    best = None
    for token in _outward(parsed, own):
        speaker, rule = _speaker_and_rule(token)
        if speaker is None or parsed.inside[speaker.i] >= 0:
            continue
        plain = token.lemma_.lower() in PLAINLY_SAYING and not _infinitive(token)
        if best is None or plain:
            best = attribution_of(rule, parsed, token, speaker)
        if plain:
            break
    return best


def _speaker_and_rule(token: "Token") -> tuple["Token | None", str]:
    """Return the speaker of what depends on ``token``, and the rule."""
    lemma = token.lemma_.lower()
    if token.pos_ in _VERBAL and lemma in SAYING:
        return speaker_of(token), "governing verb"
    if token.pos_ in _VERBAL and lemma == "be":
        subject = next((c for c in token.children if c.dep_ == "nsubj"), None)
        if subject is not None and subject.lemma_.lower() in SAYING_NOUNS:
            return _owner(subject), "governing noun"
    elif token.pos_ == "NOUN" and lemma in SAYING_NOUNS:
        return _owner(token), "governing noun"
    elif token.lower_ == "according":
        return object_of_to(token), "according to"
    return None, ""


def _infinitive(verb: "Token") -> bool:
    return any(child.lower_ == "to" and child.dep_ == "aux" for child in verb.children)


def _beside(parsed: Parsed, own: list["Token"]) -> Attribution | None:
    """The nearest verb of saying in the sentence, outside every quotation."""
    first, last = own[0].i, own[-1].i
    cues = []
    for token in _sentence(own):
        if parsed.inside[token.i] >= 0 or token.pos_ not in _VERBAL:
            continue
        if token.lemma_.lower() not in SAYING:
            continue
        speaker = speaker_of(token)
        if speaker is None or parsed.inside[speaker.i] >= 0:
            continue
        distance = first - token.i if token.i < first else token.i - last
        cues.append((distance, token.i, token, speaker))
    if not cues:
        return None
    _, _, cue, speaker = min(cues, key=lambda c: c[:2])
    return attribution_of("verb beside", parsed, cue, speaker)


def _according(parsed: Parsed, own: list["Token"]) -> Attribution | None:
    for token in _sentence(own):
        if token.lower_ == "according" and parsed.inside[token.i] < 0:
            speaker = object_of_to(token)
            if speaker is not None:
                return attribution_of("according to", parsed, token, speaker)
    return None


def _colon(parsed: Parsed, own: list["Token"]) -> Attribution | None:
    """“Speaker: …”, and a clause whose colon announces the words."""
    before = [t for t in _sentence(own) if t.i < own[0].i]
    while before and not before[-1].text.strip("\"“”'‘’ "):
        before.pop()
    if not before or before[-1].text != ":":
        return None
    for token in before:
        if token.dep_ in _SUBJECT and parsed.inside[token.i] < 0:
            return attribution_of("colon", parsed, before[-1], token)
    if any(token.pos_ in _VERBAL for token in before):
        return None
    names = [t for t in before if t.pos_ in ("PROPN", "NOUN", "PRON") and parsed.inside[t.i] < 0]
    return attribution_of("colon", parsed, before[-1], names[-1]) if names else None


def _subject(parsed: Parsed, own: list["Token"]) -> Attribution | None:
    """A fragment within a sentence: the subject of the clause round it."""
    for token in _outward(parsed, own):
        if token.pos_ in _VERBAL:
            speaker = speaker_of(token)
            if speaker is not None and parsed.inside[speaker.i] < 0 and speaks(speaker):
                return attribution_of("subject of the clause", parsed, token, speaker)
    return None


def attribution_of(rule: str, parsed: Parsed, cue: "Token", speaker: "Token") -> Attribution:
    """Return the attribution that ``cue`` and the head word ``speaker`` make."""
    verb = speaker.head
    relative = speaker.lower_ in _RELATIVE and verb.dep_ in ("relcl", "acl")
    return Attribution(
        rule,
        parsed.span(cue, cue),
        parsed.mention(speaker),
        cue.lemma_.lower(),
        parsed.mention(verb.head) if relative else None,
    )


def _sentence(own: list["Token"]) -> list["Token"]:
    return [*own[0].sent]


def _outward(parsed: Parsed, own: list["Token"]) -> Iterator["Token"]:
    """Yield the words on which the quotation depends, nearest first."""
    inside = {token.i for token in own}
    root = next((t for t in own if t.head.i not in inside or t.head is t), own[0])
    steps = 0
    while root.head.i != root.i and steps < 30:
        root, steps = root.head, steps + 1
        if parsed.inside[root.i] < 0:
            yield root


def speaker_of(verb: "Token") -> "Token | None":
    """Return the head word of the subject of ``verb``, or None."""
    for _ in range(8):
        passive = any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children)
        if passive:
            agent = next((c for c in verb.children if c.dep_ == "agent"), None)
            if agent is not None:
                return next((c for c in agent.children if c.dep_ == "pobj"), None)
            if verb.lemma_.lower() not in _HEARD:
                return None
        # “Officials have on various days said”: the parser may attach the subject to the auxiliary.
        helpers = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
        for child in [*verb.children, *(c for h in helpers for c in h.children)]:
            if child.dep_ in _SUBJECT and child.dep_ != "expl":
                return child
        if verb.dep_ in ("acl", "relcl") and verb.head.pos_ in ("NOUN", "PROPN", "PRON"):
            return verb.head if verb.dep_ == "relcl" or verb.tag_ == "VBG" else None
        if verb.dep_ == "pcomp" and verb.head.dep_ == "prep":
            verb = verb.head.head
        elif (
            verb.dep_ in ("conj", "xcomp", "advcl", "ccomp", "parataxis") and verb.head.i != verb.i
        ):
            verb = verb.head
        else:
            return None
        if verb.pos_ not in _VERBAL:
            return None
    return None


def _owner(noun: "Token") -> "Token | None":
    """Return whose statement it is: “his claim”, “a statement by the ministry”."""
    for child in noun.children:
        if child.dep_ == "poss":
            return child
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in ("by", "from", "of"):
            for grandchild in child.children:
                if grandchild.dep_ == "pobj" and speaks(grandchild):
                    return grandchild
    verb = noun.head
    if noun.dep_ in ("dobj", "pobj") and verb.pos_ == "ADP":
        verb = verb.head
    return speaker_of(verb) if verb.pos_ in _VERBAL else None


def object_of_to(token: "Token") -> "Token | None":
    """Return the head word of whom “according to” names."""
    for child in token.children:
        if child.lower_ == "to":
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return None


def speaks(token: "Token") -> bool:
    """Return whether the word can stand for a person or body that speaks."""
    if token.pos_ == "PROPN":
        return True
    if token.pos_ == "PRON":
        return token.lower_ in (
            "he",
            "she",
            "they",
            "who",
            "we",
            "i",
            "one",
            "many",
            "some",
            "others",
        )
    return token.lemma_.lower() in SPEAKING_NOUNS or bool(_DOERS.fullmatch(token.lower_))


def main_subjects(parsed: Parsed) -> Iterator["Token"]:
    """Yield the subjects outside quotations, in order: a pronoun may stand for them."""
    for token in parsed.doc:
        if token.dep_ in ("nsubj", "nsubjpass") and parsed.inside[token.i] < 0:
            yield token
