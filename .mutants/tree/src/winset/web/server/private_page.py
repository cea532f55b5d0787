"""A private page that leads a browser to the one-time address.

The command line of a process can be read by every user of the machine, so that no secret may stand
on that of the program that opens a browser. The address stands in a file that its owner alone can
read; the browser is sent to the file.
"""

import os
import shutil
import tempfile
from html import escape
from pathlib import Path

_PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>Opening the workbench</title>
</head>
<body>
<p><a href="{address}">Open the workbench</a></p>
</body>
</html>
"""


class PrivatePage:
    """A file with the one-time address, in a folder of its own; both go with :meth:`remove`.

    Attributes:
        path: of the file.
    """

    def __init__(self, address: str) -> None:
        """Write the file.

        Raises:
            OSError: when no temporary folder can be written to.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="winset-"))  # mode 0700
        self.path = self._folder / "open.html"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(self.path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(_PAGE.format(address=escape(address)))

    def remove(self) -> None:
        """Remove the file and its folder; again does nothing."""
        shutil.rmtree(self._folder, ignore_errors=True)
