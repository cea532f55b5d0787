"""The model that a command uses: the one named or, by default, the one that answers most."""

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
    """Return the model ``name``, or by default the one that answers most about ``case``.

    If none is named and the case lacks something for the full answer, a sentence on standard error
    says what is missing.
    """
    from winset.models import default_model, find_model

    tell_choice(choice_sentence(case, name))
    return find_model(name or default_model(case), dict(settings or {}))


def choice_sentence(case: "Case", name: str | None, *, rounds: bool = False) -> str:
    """Return why a model other than the two-level one answers; empty where that needs no word.

    Args:
        case: the case.
        name: of the requested model; None by default.
        rounds: whether rounds are requested.
    """
    from winset.models import lesser_sentence, rounds_models

    if name is not None:
        return ""
    if rounds:
        return (
            f"Model “{rounds_models()[0]}” was chosen, since --rounds needs a model that plays "
            "rounds."
        )
    return lesser_sentence(case)


def tell_choice(sentence: str) -> None:
    """Print ``sentence`` on standard error, so that standard output stays machine-readable."""
    from winset.cli.printing import visible, width

    if sentence:
        click.echo(textwrap.fill(visible(sentence), width(), subsequent_indent="  "), err=True)
