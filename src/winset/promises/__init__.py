"""The laws that every model, format and view keeps, as a plugin of pytest for other packages.

``pytest --winset-model package.module:Model`` runs the laws of a model, in a folder with no tests
of its own too; ``--winset-format`` and ``--winset-view`` likewise. A name that winset lists
will do as well: ``--winset-model mean``. Only pytest imports this room.
"""

import importlib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
KINDS = ("model", "format", "view")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer one option for each kind of thing that another package can add."""
    group = parser.getgroup("winset", "promises of models, formats and views")
    for kind in KINDS:
        group.addoption(
            f"--winset-{kind}",
            action="append",
            default=[],
            metavar="PACKAGE.MODULE:NAME",
            help=f"run the laws that every {kind} of winset keeps on this one",
        )


def pytest_configure(config: pytest.Config) -> None:
    """Collect the laws of what is named, beside the tests that there are."""
    for kind in KINDS:
        names = config.getoption(f"winset_{kind}")
        for name in names:
            promised(kind, name)  # what is not there is said before anything is collected
        if names:
            config.args.append(str(HERE / f"{kind}_laws.py"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each law once for each thing that is named."""
    for kind in KINDS:
        names = metafunc.config.getoption(f"winset_{kind}", [])
        if names and f"promised_{kind}" in metafunc.fixturenames:
            things = [promised(kind, name) for name in names]
            metafunc.parametrize(f"promised_{kind}", things, ids=names)


@cache
def promised(kind: str, name: str) -> Any:
    """Return the model, format or view called ``name``, a name that winset lists or a path.

    Raises:
        pytest.UsageError: when there is none.
    """
    path, colon, attribute = name.partition(":")
    try:
        if not colon:
            return _listed(kind, name)
        thing: Any = importlib.import_module(path)
        for part in attribute.split("."):
            thing = getattr(thing, part)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise pytest.UsageError(
            f"--winset-{kind} {name}: must be package.module:Name, or a name that winset lists; "
            f"found {type(error).__name__}: {reason}"
        ) from error
    return thing() if kind == "model" and isinstance(thing, type) else thing


def _listed(kind: str, name: str) -> Any:
    if kind == "model":
        from winset.models import make_model

        return make_model(name)
    if kind == "format":
        from winset.formats.registry import find_format

        return find_format(name)
    from winset.web.views.registry import view_kinds

    return view_kinds()[name]
