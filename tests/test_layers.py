"""The shape of the package: who may import whom, and what its front door shows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import winset

SOURCE = Path(winset.__file__).parent
# Each layer may import itself, what stands beside it, and what stands to its left.
LAYERS = [
    {"defaults", "errors", "installing", "keeping", "kernels", "scores", "version"},
    {"case"},
    {"formats", "evidence", "batch", "cases"},
    {"models"},
    {"moves"},
    {"calibration", "calibration_fit"},
    {"made", "saved", "tally", "drawn", "chunks", "runs", "cluster"},
    {"forecast", "comparison"},
    {"backtest", "trial", "ensemble", "standings", "verdict", "ablation"},
    {"dissent", "structure"},
    {"findings", "rounds", "timeline"},
    {"answers", "likelihood", "verbal"},
    {"claims", "ledger", "events", "sensitivity", "levers", "drive", "headline"},
    {"charts"},
    {"report"},
    {"cli", "web", "__main__"},
]
PLACE = {name: k for k, layer in enumerate(LAYERS) for name in layer}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("winset"):
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("winset"))


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=str)
def test_a_module_imports_only_from_its_own_layer_or_a_lower_one(path):
    parts = path.relative_to(SOURCE).with_suffix("").parts
    if parts == ("__init__",):
        return
    own = PLACE[parts[0]]
    for module in imports(path):
        target = module.split(".")[1] if "." in module else None
        if target is not None:
            assert PLACE[target] <= own, f"{'.'.join(parts)} imports {module}"


def test_the_front_door_opens_to_all_that_it_names():
    for name in winset.__all__:
        assert getattr(winset, name) is not None
    assert sorted(winset.__all__) == dir(winset)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = winset.nothing


def test_importing_the_package_or_asking_for_help_loads_nothing_heavy():
    code = (
        "import sys, winset.cli; "
        "from click.testing import CliRunner; "
        "assert CliRunner().invoke(winset.cli.cli, ['--help']).exit_code == 0; "
        "heavy = {'numpy', 'numba', 'scipy', 'pydantic', 'altair', 'rich', 'jinja2', 'ruamel'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_module_has_grown_past_one_idea():
    long = {
        str(path.relative_to(SOURCE)): count
        for path in SOURCE.rglob("*.py")
        if (count := len(path.read_text().splitlines())) > 500
    }
    assert long == {}
