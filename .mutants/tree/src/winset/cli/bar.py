"""The bar that shows how far a command is."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Done = Callable[[int], None]


@contextmanager
def progress_bar(total: int, wanted: bool) -> Iterator[Done | None]:
    """Show a bar on a terminal once a second has passed; yield what to call with the count done."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task("drawing", total=total)
    begun, before, visible = time.monotonic(), 0, False

    def done(count: int) -> None:
        nonlocal before, visible
        # Counts begin anew with each model.
        bar.advance(task, count - before if count > before else count)
        before = count
        if not visible and time.monotonic() - begun > 1.0:
            bar.start()
            visible = True

    try:
        yield done
    finally:
        bar.stop()
