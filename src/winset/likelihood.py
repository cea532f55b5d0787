"""One word for a chance, by the yardstick of ICD 203.

ICD 203 (ODNI 2015, Intelligence Community Directive 203, Analytic Standards) leaves no gap between
its terms, so every chance has exactly one word. The package writes by no other yardstick.
"""

SOURCE = "ICD 203"
# From this chance on, up to the next; the scale's own ends are 1 and 99 per cent.
YARDSTICK: tuple[tuple[float, str], ...] = (
    (0.00, "almost no chance"),
    (0.05, "very unlikely"),
    (0.20, "unlikely"),
    (0.45, "roughly even chance"),
    (0.55, "likely"),
    (0.80, "very likely"),
    (0.95, "almost certain"),
)


def likelihood_word(probability: float) -> str:
    """Return the word for ``probability``, rounded to whole per cent as a reader sees it.

    >>> likelihood_word(0.65), likelihood_word(0.546), likelihood_word(0.03)
    ('likely', 'likely', 'almost no chance')
    """
    shown = round(probability, 2)
    return max((low, word) for low, word in YARDSTICK if low <= shown)[1]


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
