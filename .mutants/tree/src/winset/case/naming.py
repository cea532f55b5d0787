"""Names of new folders and files: such as every system can hold, and every page can show.

A case is passed on: in an archive, through git, to a colleague with Windows. A name that one of
them cannot hold is refused when it is chosen, where another can be had.
"""

import re

from winset.errors import WinsetError, shorten

# Names of devices on Windows, in every folder and with every ending.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_REFUSED = re.compile(r'[<>:"/\\|?*]')
LONGEST = 120


def is_device(name: str) -> bool:
    """Return whether Windows takes ``name`` for a device rather than a file.

    >>> is_device("CON"), is_device("nul.csv"), is_device("console"), is_device("com10")
    (True, True, False, False)
    """
    return _DEVICE.fullmatch(name.casefold()) is not None


def readable(name: str) -> str:
    """Return ``name`` with “�” for every byte that was no UTF-8.

    >>> readable("caf" + chr(0xDCE9))
    'caf�'
    """
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", name)


def check_name(name: str) -> None:
    """Refuse ``name`` unless every system can hold it as the name of a folder.

    Raises:
        WinsetError: with what is wrong, and what was found.
    """
    if not name or len(name) > LONGEST:
        required = f"must be at least 1 character and at most {LONGEST}"
    elif _SURROGATE.search(name):
        required = "must be UTF-8"
    elif not name.isprintable():
        required = "must have no line ends and no control characters"
    elif refused := _REFUSED.search(name):
        required = f"must have no “{refused[0]}”, which Windows refuses"
    elif name[-1] in ". ":
        required = "must not end in a dot or a blank, which Windows drops"
    elif is_device(name):
        required = "must not be the name of a device of Windows (CON, NUL, COM1, …)"
    else:
        return
    raise WinsetError(f"the name of a case: {required}; found {shorten(name)}; choose another name")
