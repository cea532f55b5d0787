"""From a mention to an actor: names, titles, offices, capitals, surnames; never a guess."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from winset.case.parts import Actor
from winset.evidence.reading.spans import Span
from winset.evidence.statements.lexicon import word_set

UNRESOLVED = "unresolved"
AUTHOR = "author"
_CAPITALS = {
    "washington": "united states", "tehran": "iran", "moscow": "russia", "beijing": "china",
    "london": "britain", "paris": "france", "berlin": "germany", "brussels": "european union",
    "ankara": "turkey", "jerusalem": "israel", "riyadh": "saudi arabia", "cairo": "egypt",
    "damascus": "syria", "baghdad": "iraq", "kabul": "afghanistan", "islamabad": "pakistan",
    "new delhi": "india", "delhi": "india", "tokyo": "japan", "seoul": "south korea",
    "pyongyang": "north korea", "kyiv": "ukraine", "kiev": "ukraine", "minsk": "belarus",
    "warsaw": "poland", "budapest": "hungary", "rome": "italy", "madrid": "spain",
    "lisbon": "portugal", "athens": "greece", "ottawa": "canada", "canberra": "australia",
    "the hague": "netherlands", "vienna": "austria", "bern": "switzerland", "stockholm": "sweden",
    "oslo": "norway", "copenhagen": "denmark", "helsinki": "finland", "dublin": "ireland",
    "belgrade": "serbia", "pristina": "kosovo", "nicosia": "cyprus", "tbilisi": "georgia",
    "yerevan": "armenia", "baku": "azerbaijan", "doha": "qatar", "abu dhabi": "united arab "
    "emirates",
    "amman": "jordan", "beirut": "lebanon", "tripoli": "libya", "tunis": "tunisia",
    "algiers": "algeria", "rabat": "morocco", "khartoum": "sudan", "juba": "south sudan",
    "addis ababa": "ethiopia", "asmara": "eritrea", "nairobi": "kenya", "kampala": "uganda",
    "kigali": "rwanda", "kinshasa": "congo", "abuja": "nigeria", "accra": "ghana",
    "pretoria": "south africa", "harare": "zimbabwe", "caracas": "venezuela", "bogota": "colombia",
    "havana": "cuba", "brasilia": "brazil", "buenos aires": "argentina", "hanoi": "vietnam",
    "manila": "philippines", "jakarta": "indonesia", "kuala lumpur": "malaysia",
    "bangkok": "thailand", "taipei": "taiwan", "dhaka": "bangladesh", "sanaa": "yemen",
}  # fmt: skip
_SAME = {
    "us": "united states", "u.s": "united states", "u.s.": "united states", "usa": "united states",
    "america": "united states", "americans": "united states", "united states of america":
    "united states", "uk": "britain", "united kingdom": "britain", "eu": "european union",
    "the netherlands": "netherlands", "türkiye": "turkey",
}  # fmt: skip
TITLES = word_set(
    """
    mr mrs ms miss dr sir lord lady dame president prime minister premier chancellor secretary of
    state foreign defence defense finance interior trade energy senator sen sens rep reps gov
    governor congressman congresswoman representative speaker ambassador envoy general gen colonel
    col admiral adm commander major captain king queen prince princess sheikh ayatollah grand
    supreme leader pope bishop judge justice professor prof director chairman chairwoman chair chief
    commissioner mayor councillor councilor former ex acting deputy vice then new late senior
    hardline candidate nominee presidential republican democratic democrat labour conservative
    spokesman spokeswoman spokesperson u.s us american his her their its our my the a an and marshal
    lieutenant lt sgt retired national security adviser advisor majority minority house senate
    whip
    """
)
_FEMALE = re.compile(
    r"\b(?:mrs|ms|miss|queen|princess|lady|dame|congresswoman|spokeswoman|chairwoman|woman"
    r"|mother|sister|daughter|wife|she|her)\b",
    re.I,
)
_MALE = re.compile(
    r"\b(?:mr|king|prince|lord|sir|congressman|spokesman|ayatollah|pope|man|father|brother|son"
    r"|husband|he|his|him)\b",
    re.I,
)
BODY = re.compile(
    r"\b(?:congress|senate|house|parliament|majlis|council|committee|commission|ministry"
    r"|department|"
    r"party|union|bank|court|agency|office|university|institute|center|centre|foundation|corps|"
    r"guards?|army|navy|company|campaign|group|association|post|times|news|journal|administration|"
    r"government|republic|kingdom|states|nations|kremlin|washington|tehran|moscow)$",
    re.IGNORECASE,
)
_PRONOUNS = {"he": "m", "his": "m", "him": "m", "she": "f", "her": "f", "hers": "f"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person for whom a pronoun may stand.

    Attributes:
        start: where named.
        words: by which name.
        speaker: whom that means.
        fronts: what stands before it in its sentence, where a pronoun looks ahead to it.
    """

    start: int
    words: str
    speaker: str
    fronts: Span | None = None


class Directory:
    """The actors of a case under every name that the case gives them."""

    def __init__(self, actors: Iterable[Actor] = ()) -> None:
        self._names: dict[str, set[str]] = {}
        self._words: dict[str, set[str]] = {}
        self._surnames: dict[str, set[str]] = {}
        for actor in actors:
            own = self._words.setdefault(actor.id, set())
            for name in (actor.name, *actor.aliases):
                key = folded(name)
                self._names.setdefault(key, set()).add(actor.id)
                parts = key.split()
                own.update(parts)
                if len(parts) > 1 and name.split()[-1][:1].isupper() and not BODY.search(name):
                    self._surnames.setdefault(parts[-1], set()).add(actor.id)
        names = sorted(self._names, key=len, reverse=True)
        inner = "|".join(re.escape(name) for name in names) or r"(?!)"
        self._pattern = re.compile(rf"(?<![\w-])(?:{inner})(?![\w-])")

    def __bool__(self) -> bool:
        return bool(self._names)

    def resolve(self, mention: str) -> str:
        """Return the id of the one actor that ``mention`` names, or ``unresolved``."""
        words = folded(mention)
        for match in self._pattern.finditer(words):
            rest = words[match.end() :]
            # “Iran's foreign minister” is not Iran; “the Senate of Iran” is the Senate.
            if rest and not rest.startswith((" of ", ",")):
                continue
            ids = self._names[match[0]]
            if len(ids) == 1 and not self._another(words[: match.start()], match[0], ids):
                return next(iter(ids))
        return self._by_surname(words) or self._by_capital(words) or UNRESOLVED

    def holder(self, office: str, among: set[str]) -> str:
        """Return the one actor ``among`` those named nearby who holds ``office``."""
        word = re.sub(r"^(?:the|a|an) ", "", folded(office))
        if word not in _OFFICES:
            return UNRESOLVED
        holders = {
            actor for name, ids in self._names.items() if re.search(rf"\b{re.escape(word)}\b", name)
            for actor in ids
        } & among  # fmt: skip
        return next(iter(holders)) if len(holders) == 1 else UNRESOLVED

    def _another(self, before: str, name: str, ids: set[str]) -> bool:
        """Return whether the words before a bare surname give it to somebody else."""
        if " " in name or not before.strip():
            return False
        last = before.split()[-1].rstrip(".")
        if last.endswith("'s") or last in TITLES or not last.isalpha():
            return False
        own = set().union(*(self._words[actor] for actor in ids))
        nation = re.search(r"(?:ian|ish|ese|an|ch|i)$", last)
        return last not in own and not nation

    def _by_surname(self, words: str) -> str:
        last = words.split()[-1] if words.split() else ""
        ids = self._surnames.get(last, set())
        if len(ids) != 1 or self._another(words[: len(words) - len(last)], last, ids):
            return ""
        return next(iter(ids))

    def _by_capital(self, words: str) -> str:
        place = re.sub(r"^the ", "", words)
        country = _SAME.get(place) or _CAPITALS.get(place)
        if country is None:
            return ""
        names = {country, *(k for k, v in _SAME.items() if v == country)}
        names |= {k for k, v in _CAPITALS.items() if v == country}
        ids = {actor for name in names for actor in self._names.get(name, ())}
        return next(iter(ids)) if len(ids) == 1 else ""


_OFFICES = word_set(
    "president prime minister foreign minister premier chancellor secretary of state king queen "
    "speaker leader minister general ayatollah senator governor ambassador"
) | {"prime minister", "foreign minister", "secretary of state", "supreme leader"}


def folded(words: str) -> str:
    """Return ``words`` for comparison: small letters, straight marks, no possessive at the end.

    >>> folded("Iran’s  Supreme Leader’s")
    "iran's supreme leader"
    """
    text = " ".join(words.replace("’", "'").replace("‘", "'").casefold().split())
    text = re.sub(r"(?<=\w)'s$|(?<=s)'$", "", text.strip(' ,.;:—–-"“”()'))
    return re.sub(r"^(?:the|both|either|neither|nor) ", "", text)


def pronoun(words: str) -> str | None:
    """Return ``m`` or ``f`` for he or she, an empty string for other pronouns, else None."""
    word = words.strip().casefold()
    if word in _PRONOUNS:
        return _PRONOUNS[word]
    others = ("it", "its", "they", "their", "them", "who", "which", "that", "we", "i", "you", "one",
              "our", "my", "this", "these", "those", "what", "whom")  # fmt: skip
    return "" if word in others else None


def antecedent(words: str, before: Sequence[Candidate]) -> Candidate | None:
    """Return the person whom “he” or “she” stands for: the last fitting one ``before``."""
    gender = pronoun(words)
    if not gender:
        return None
    misfit = _FEMALE if gender == "m" else _MALE
    for candidate in reversed(before):
        if not BODY.search(candidate.words) and not misfit.search(candidate.words):
            return candidate
    return None


def fullest(name: str, names: Iterable[str]) -> str:
    """Return the one longer form of ``name`` that the document gives, or ``name`` itself.

    >>> fullest("Duarte", ["Ana Duarte", "Mr Ito"])
    'Ana Duarte'
    """
    last = name.split()[-1] if name.split() else name
    longer = {
        other for other in names
        if len(other.split()) > len(name.split()) and other.endswith(f" {last}")
        and other[:1].isupper()
    }  # fmt: skip
    bare = {
        " ".join(w for w in other.split() if folded(w).rstrip(".") not in TITLES)
        for other in longer
    }
    bare = {other for other in bare if other}
    return bare.pop() if len(bare) == 1 else name
