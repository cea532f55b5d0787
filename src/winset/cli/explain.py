"""The command that explains a term."""

import click


@click.command()
@click.argument("words", nargs=-1, metavar="[TERM]")
def explain(words: tuple[str, ...]) -> None:
    """Explain TERM, such as “red line”, and name its source.

    Without TERM, list all terms.
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
