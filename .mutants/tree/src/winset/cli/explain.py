"""The command that says what a term means."""

import click


@click.command()
@click.argument("words", nargs=-1, metavar="[TERM]")
def explain(words: tuple[str, ...]) -> None:
    """Say what TERM means, such as “red line”, and where it comes from.

    Without a term all of them are listed.
    """
    from winset.cli.printing import say
    from winset.explain.glossary import find_term, glossary

    if not words:
        for term in glossary().values():
            say(f"{term.name}: {term.sentence}", indent="  ")
        return
    term = find_term(" ".join(words))
    say(f"{term.name}: {term.sentence}")
    say(f"Source: {term.source}.", indent="  ")
