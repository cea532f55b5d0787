"""Which issue of a case words are about, by the phrases and labels of the case."""

import re
from collections.abc import Iterable

from winset.case.parts import Issue
from winset.evidence.statements.lexicon import word_set

_COMMON = word_set(
    "about after again against agreement before being between beyond both could every first from "
    "have into more most much none only other over some than that their them then there these they "
    "this those under until what when where which while with without world would years within"
)


class IssueFinder:
    """The issues of a case with the words that point to each."""

    def __init__(self, issues: Iterable[Issue] = ()) -> None:
        self._phrases: list[tuple[str, re.Pattern[str], float]] = []
        labels: dict[str, set[str]] = {}
        for issue in issues:
            for phrase in dict.fromkeys((issue.title, *issue.phrases)):
                words = [re.escape(word) for word in phrase.split()]
                inner = r"\s+".join(words)
                pattern = re.compile(rf"\b{inner}\b", re.IGNORECASE)
                self._phrases.append((issue.id, pattern, 2.0 * len(words)))
            for label in issue.labels.values():
                for word in re.findall(r"[a-z]{5,}", label.casefold()):
                    if word not in _COMMON:
                        labels.setdefault(word, set()).add(issue.id)
        # A label's word points to an issue only when no other issue uses it.
        self._words = {word: next(iter(ids)) for word, ids in labels.items() if len(ids) == 1}

    def __bool__(self) -> bool:
        return bool(self._phrases)

    def find(self, words: str) -> str:
        """Return the id of the issue that ``words`` are about; empty when it is not clear."""
        scores: dict[str, float] = {}
        for issue, pattern, weight in self._phrases:
            if pattern.search(words):
                scores[issue] = scores.get(issue, 0.0) + weight
        for word in set(re.findall(r"[a-z]{5,}", words.casefold())):
            if word in self._words:
                scores[self._words[word]] = scores.get(self._words[word], 0.0) + 0.75
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        if not ranked or ranked[0][1] < 1.5:
            return ""
        if len(ranked) > 1 and ranked[1][1] == ranked[0][1]:
            return ""
        return ranked[0][0]
