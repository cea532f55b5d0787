"""The command line's entry."""

from winset.cli import cli


def main() -> None:
    """Run the command line."""
    cli(prog_name="winset")


if __name__ == "__main__":
    main()
