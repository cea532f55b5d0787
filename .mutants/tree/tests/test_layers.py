"""The shape of the package: which room may import which, and what its front door shows."""

import ast
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

import architecture
import winset
from architecture import ROOMS

SOURCE = Path(winset.__file__).parent
PLACE = {room: (floor, k) for floor, rooms in enumerate(ROOMS) for k, room in enumerate(rooms)}
LOOSE = {"__init__", "__main__"}


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "__init__"


MODULES = {module_name(path): path for path in sorted(SOURCE.rglob("*.py"))}


def imports(path: Path) -> set[str]:
    """Return the modules of this package that the file at ``path`` imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "winset":
            base = node.module.removeprefix("winset").lstrip(".")
            for alias in node.names:
                full = f"{base}.{alias.name}".lstrip(".")
                names.add(full if full in MODULES else base)
        elif isinstance(node, ast.Import):
            names |= {a.name.removeprefix("winset.") for a in node.names if "winset." in a.name}
    return {name for name in names if name}


IMPORTS = {name: imports(path) for name, path in MODULES.items()}


@pytest.mark.parametrize("name", [name for name in MODULES if name not in LOOSE])
def test_a_room_imports_only_rooms_below_it(name):
    own = name.split(".")[0]
    for target in IMPORTS[name]:
        room = target.split(".")[0]
        assert room == own or PLACE[room] < PLACE[own], f"{name} imports {target}"


def test_the_page_on_the_architecture_is_what_the_imports_say():
    page = architecture.PAGE.read_text()
    assert page == architecture.renewed(page)


def test_nothing_lies_loose_at_the_top():
    assert {path.stem for path in SOURCE.glob("*.py")} == LOOSE


def test_kernels_are_called_by_models_alone():
    for name, targets in IMPORTS.items():
        if not name.startswith("models."):
            assert not {t for t in targets if t.startswith("models.kernels.")}, name


def test_no_file_imports_itself_by_way_of_others():
    state: dict[str, int] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if state.get(name) == 2:
            return
        assert state.get(name) != 1, " -> ".join((*path[path.index(name) :], name))
        state[name] = 1
        for target in sorted(IMPORTS.get(name, ())):
            if target != name:
                visit(target, (*path, name))
        state[name] = 2

    for name in MODULES:
        if name != "__init__":
            visit(name, ())


def test_a_class_name_stands_once_in_the_package():
    where = defaultdict(list)
    for name, path in MODULES.items():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                where[node.name].append(name)
    assert {name: places for name, places in where.items() if len(places) > 1} == {}


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
