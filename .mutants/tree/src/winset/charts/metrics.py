"""How wide text is drawn, without a browser: the greater of two common sans-serif fonts.

Advance widths of Liberation Sans (as wide as Arial and Helvetica) and of DejaVu Sans, measured in
thousandths of the font size; the wider one counts, rounded up, so that what fits here fits in both.
"""

import unicodedata
from functools import cache

_PLAIN = {
    280: "'ijlı", 300: "Ił", 320: " ,.‘’\N{NO-BREAK SPACE}", 340: "/:;\\|·", 360: "f", 380: "-",
    400: "()[]rt", 420: "!", 460: '"', 500: "*J`°\N{EN SPACE}", 520: "“”", 540: "sz", 560: "?L_c–§",
    580: "k", 600: "vxy•", 620: "FTaeoøð", 640: "$0123456789bdghnpqu{}ßđþ", 680: "EKPSY",
    700: "BVXZ", 720: "A", 740: "CRU", 760: "HN", 780: "&DG", 800: "OQ", 820: "w",
    840: "#+<=>^~−×±", 880: "M", 960: "%", 980: "m", 1000: "W—…←→æ", 1020: "@", 1040: "œ",
    1360: "‰",
}  # fmt: skip
_BOLD = {
    320: "'", 350: " \N{NO-BREAK SPACE}", 360: "ijlı", 380: ",./I\\|‘’·ł", 400: ":;", 420: "-f",
    460: "!()[]", 480: "t", 500: "`r°\N{EN SPACE}", 540: '"*', 560: "J_–§", 600: "csz", 620: "?",
    640: "L•", 660: "vxy“”", 680: "Saek", 700: "$0123456789EFoøð", 720: "Tbdghnpqu{}ßđþ",
    740: "CPYZ", 780: "ABKRVX", 820: "U", 840: "#+<=>DGHN^~−×±", 860: "OQ", 880: "&", 940: "w",
    1000: "@M—…←→", 1020: "%", 1060: "mæ", 1100: "œ", 1120: "W", 1440: "‰",
}  # fmt: skip
_TABLES = {
    bold: {character: wide for wide, run in table.items() for character in run}
    for bold, table in ((False, _PLAIN), (True, _BOLD))
}
_WIDE, _OTHER = 1_100, 900  # of a square script, and of what is in no table
_EAST = {False: 760, True: 840}  # of a Greek or Cyrillic letter


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the pixels that ``text`` takes on one line at font size ``size``.

    >>> round(width_of("No agreement", 12.0), 1)
    86.9
    """
    return sum(_advance(character, bold) for character in text) * size / 1000.0


@cache
def _advance(character: str, bold: bool) -> int:
    table = _TABLES[bold]
    if character in table:
        return table[character]
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    if "\N{GREEK CAPITAL LETTER HETA}" <= character <= "\u052f":
        return _EAST[bold]
    return table.get(unicodedata.normalize("NFD", character)[0], _OTHER)
