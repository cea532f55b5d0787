"""Where a command writes: a file whose ending fits what is written into it.

Every option or argument that names a file to be written has one of these types. An unfit ending is
refused before anything is computed.
"""

import os
from pathlib import Path
from typing import Any

import click

from winset.errors import check_ending


class Output(click.Path):
    """A file to be written, by its endings; the first is the one that a message proposes."""

    def __init__(self, *endings: str, allow_dash: bool = False) -> None:
        super().__init__(path_type=Path, dir_okay=False, allow_dash=allow_dash)
        self.endings = endings

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """Return the path.

        Raises:
            WinsetError: when its ending promises something else than is written.
        """
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not (self.allow_dash and str(path) == "-"):
            title = "the file"
            if param is not None:
                name = max(param.opts, key=len)
                title = name if isinstance(param, click.Option) else name.upper()
            check_ending(path, self.endings, what=title)
        return path


REPORT = Output(".html", ".htm")
CHART = Output(".png", ".svg", ".html", ".json")
DRAWS_FILE = Output(".npz")
CSV = Output(".csv")
JSON = Output(".json")
JSON_LINES = Output(".jsonl", ".ndjson", ".json")
PRINTED_JSON_LINES = Output(".jsonl", ".ndjson", ".json", allow_dash=True)
