"""The model that a command uses: the one that was named, or else the one that says most."""

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from winset.case.model import Case
    from winset.models import Model


def chosen_model(
    case: "Case", name: str | None, settings: Mapping[str, str] | None = None
) -> "Model":
    """Return the model ``name``, or the one that says most about ``case``.

    Where none is named and the case lacks something for the full answer, standard error says what.
    """
    from winset.models import default_model, find_model

    tell_choice(choice_sentence(case, name))
    return find_model(name or default_model(case), dict(settings or {}))


def choice_sentence(case: "Case", name: str | None, *, rounds: bool = False) -> str:
    """Return why another model than that of two levels answers; empty where no word is needed.

    Args:
        case: the case.
        name: of the model that was asked for; None where none was.
        rounds: whether rounds are asked for.
    """
    from winset.models import lesser_sentence, rounds_models

    if name is not None:
        return ""
    if rounds:
        return (
            f"Model “{rounds_models()[0]}” was chosen, since --rounds asks for one that plays "
            "rounds."
        )
    return lesser_sentence(case)


def tell_choice(sentence: str) -> None:
    """Print ``sentence`` on standard error, so that what is read by machines stays as it is."""
    from winset.cli.printing import visible, width

    if sentence:
        click.echo(textwrap.fill(visible(sentence), width(), subsequent_indent="  "), err=True)
