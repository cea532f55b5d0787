"""The command line's entry."""

import gc

from winset.cli import cli

# What a start makes, it keeps: looking through it for garbage again and again took a tenth of it.
_SELDOM = (50_000, 20, 100)


def main() -> None:
    """Run the command line."""
    gc.set_threshold(*_SELDOM)
    cli(prog_name="winset")


if __name__ == "__main__":
    main()
