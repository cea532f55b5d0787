"""The files that commands write: the ending of each fits its content.

Every option or argument that names an output file has one of these types. A wrong ending is refused
before anything is computed.
"""

import os
from pathlib import Path
from typing import Any

import click

from winset.errors import check_ending


class Output(click.Path):
    """An output file and the endings it may have; messages propose the first."""

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
            WinsetError: when its ending does not fit its content.
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
