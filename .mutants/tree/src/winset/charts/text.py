"""Text of a case made fit to be drawn: nothing invisible in it, and broken into lines."""

import re
import textwrap

# Controls that turn the direction of what follows, and those that no text needs. Marks that belong
# to a script (joiners, the plain left-to-right mark) stay.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufff9-\ufffb\ud800-\udfff]"
)


def shown(text: str) -> str:
    """Return ``text`` with every control character made visible as “�”.

    >>> shown("one" + chr(0x202E) + "two")
    'one�two'
    """
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


def lines(text: str, width: int, *, most: int = 9) -> list[str]:
    """Return ``text`` as lines of at most ``width`` characters, the last one cut after ``most``.

    >>> lines("a one-year breakout for about ten years", 16, most=2)
    ['a one-year', 'breakout for …']
    """
    text = shown(text).replace(" %", "\N{NO-BREAK SPACE}%")
    return textwrap.wrap(text, width, max_lines=most, placeholder=" …", break_on_hyphens=False) or [
        ""
    ]
