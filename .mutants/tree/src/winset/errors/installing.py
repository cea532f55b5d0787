"""How to install what is missing: a command that works from where this package was installed.

The package stands in no public index: pip would not find it by its name. But pip leaves a note of
the origin beside every package that it installs from a folder, a file or a repository
(``direct_url.json``, PEP 610), and the command names that origin. Where there is no such note, or
the origin is gone, the command names the missing packages themselves.
"""

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

NAME = "winset"
_REQUIREMENT = re.compile(
    r"(?P<package>(?P<name>[\w.\-]+)[^;]*?)\s*;.*\bextra\s*==\s*['\"](?P<extra>[\w\-]+)['\"]"
)


def install_command(*extras: str, distribution: metadata.Distribution | None = None) -> str:
    """Return the command that installs the packages of ``extras``.

    Args:
        extras: of this package, such as ``web``.
        distribution: this package as installed; looked up if not given.
    """
    installed = distribution or metadata.distribution(NAME)
    return _shell([*_pip(), "install", *_what(installed, extras)])


def _what(installed: metadata.Distribution, extras: tuple[str, ...]) -> list[str]:
    named = f"[{','.join(extras)}]"
    try:
        origin = json.loads(installed.read_text("direct_url.json") or "{}")
        url = str(origin.get("url", ""))
    except (ValueError, AttributeError):
        origin, url = {}, ""
    path = Path(url2pathname(urlsplit(url).path)) if url.startswith("file:") else None
    if path is not None and "dir_info" in origin and (path / "pyproject.toml").is_file():
        editable = ["--editable"] if origin["dir_info"].get("editable") else []
        return [*editable, f"{path}{named}"]
    if path is not None and "archive_info" in origin and path.is_file():
        return [f"{NAME}{named} @ {path.as_uri()}"]
    if "vcs_info" in origin:
        version = origin["vcs_info"]
        return [f"{NAME}{named} @ {version['vcs']}+{url}@{version['commit_id']}"]
    return _packages(installed, extras)


def _packages(installed: metadata.Distribution, extras: tuple[str, ...]) -> list[str]:
    """Return the packages that ``extras`` ask for and that are not here; all of them if all are."""
    matches = [_REQUIREMENT.match(line) for line in installed.requires or ()]
    wanted = {m["package"]: m["name"] for m in matches if m is not None and m["extra"] in extras}
    missing = [package for package, name in wanted.items() if not _is_installed(name)]
    return missing or list(wanted)


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _pip() -> list[str]:
    """Return a pip that installs for the Python that runs."""
    first = shutil.which("pip")
    if first is not None and Path(first).parent == Path(sys.executable).parent:
        return ["pip"]
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    return ["pip", "--python", sys.executable]


def _shell(command: list[str]) -> str:
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)
