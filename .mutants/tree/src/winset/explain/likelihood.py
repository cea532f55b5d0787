"""One word for a chance, by the yardstick of ICD 203.

ICD 203 (ODNI 2015, Intelligence Community Directive 203, Analytic Standards) leaves no gap between
its terms, so every chance has exactly one word. The package writes by no other yardstick.
"""

from winset.explain.likelihood_words import ICD_203, WORDINGS

SOURCE = ICD_203.name
# From this chance on, up to the next; the scale's own ends are 1 and 99 per cent.
YARDSTICK = sorted(
    (entry.probability.low, entry.words[0]) for entry in WORDINGS if entry.yardstick is ICD_203
)


def likelihood_word(probability: float) -> str:
    """Return the word for ``probability``, rounded to whole per cent as it is printed.

    >>> likelihood_word(0.65), likelihood_word(0.546), likelihood_word(0.03)
    ('likely', 'likely', 'almost no chance')
    """
    rounded = round(probability, 2)
    return max((pair for pair in YARDSTICK if pair[0] <= rounded), default=YARDSTICK[0])[1]


def likelihood_clause(subject: str, probability: float) -> str:
    """Return how likely ``subject`` is, as a clause.

    >>> likelihood_clause("a deal", 0.54), likelihood_clause("a deal", 0.7)
    ('a deal has a roughly even chance', 'a deal is likely')
    >>> likelihood_clause("a deal", 0.01)
    'a deal has almost no chance'
    """
    word = likelihood_word(probability)
    if word == "roughly even chance":
        return f"{subject} has a {word}"
    return f"{subject} has {word}" if word == "almost no chance" else f"{subject} is {word}"
