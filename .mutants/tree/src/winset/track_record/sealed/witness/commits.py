"""Signed git commits and tags that contain an entry: the word of the holder of a key.

The date in a commit or tag is chosen by the person who signs it. It is worth as much as that
person's word, and nothing if that person is the writer.

A repository's own configuration can name programs to run and keys to trust. Where signatures are
checked, both are taken from the reader's configuration alone.
"""

import datetime
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winset.case.chain import LEDGER, Entry, parse_chain
from winset.errors import WinsetError
from winset.track_record.sealed.witness.attested import SilentWitnessError, State, Witness

SAFE = (
    "core.fsmonitor=false", "core.hooksPath=/dev/null", "gpg.program=gpg",
    "gpg.openpgp.program=gpg", "gpg.x509.program=gpgsm", "gpg.ssh.program=ssh-keygen",
    "gpg.ssh.revocationFile=", "gpg.minTrustLevel=marginal", "log.showSignature=false",
)  # fmt: skip
SIGNER = re.compile(
    r'Good (?:"git" )?signature (?:for|from) "?([^"\n]+?)"?(?: \[\w+\])?(?: with|\n|$)'
)
KEY = re.compile(r"(?:key (SHA256:\S+)|using \w+ key ([0-9A-F]+))")
SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """A commit or tag with a signature: its name, its kind, and the date that it bears."""

    name: str
    tag: bool
    date: datetime.datetime


def is_repository(folder: Path) -> bool:
    """Return whether ``folder`` lies in a git repository, and git is there to ask."""
    try:
        return bool(_git(folder, "rev-parse", "--is-inside-work-tree").stdout.strip() == "true")
    except WinsetError:
        return False


def sign(folder: Path, entry: str, text: str) -> str:
    """Return the id of a new signed commit of just the ledger and the copies beside it.

    The user's own git settings sign it.

    Raises:
        SilentWitnessError: when git cannot make it.
    """
    if not is_repository(folder):
        raise SilentWitnessError(f"git: {folder} is in no repository; `git init` makes one")
    paths = [LEDGER, *(["sealed"] if (folder / "sealed").exists() else [])]
    message = f"Seal {entry[:12]}: {text}\n\nThe ledger ends in {entry}."
    for words in (
        ("add", "--", *paths),
        ("commit", "--quiet", "--gpg-sign", "--message", message, "--only", "--", *paths),
    ):
        result = _git(folder, *words, safe=False)
        if result.returncode:
            why = " ".join((result.stderr or result.stdout).split())
            raise SilentWitnessError(f"git: no signed commit could be made ({why})")
    return str(_git(folder, "rev-parse", "HEAD").stdout.strip())


def witnesses(folder: Path, entries: Sequence[Entry], signers: Path | None) -> tuple[Witness, ...]:
    """Return what signed commits and tags attest, each about the last entry that it contains.

    All tags and the commits of the current branch are searched. Only the earliest that attest an
    entry are returned.

    Args:
        folder: of the case.
        entries: of the ledger, in order.
        signers: the ssh keys that may sign; None for those of the reader's own configuration.
    """
    if not entries or not is_repository(folder):
        return ()
    places = {entry.sha256: k for k, entry in enumerate(entries)}
    covered: set[str] = set()
    witnessed = []
    signed = sorted((*_commits(folder), *_tags(folder)), key=lambda commit: commit.date)
    for commit in signed:
        result = _git(folder, "cat-file", "blob", f"{commit.name}:./{LEDGER}", text=False)
        names = {e.sha256 for e in parse_chain(result.stdout).entries} & places.keys()
        if result.returncode or not names - covered:
            continue
        witness = _verified(folder, commit, max(names, key=lambda name: places[name]), signers)
        witnessed.append(witness)
        if witness.state == "checked":
            covered |= names
    return tuple(witnessed)


def _commits(folder: Path) -> Iterator[_Signed]:
    # %G? would run the verifying program for each: a signature is looked for in the commit first.
    result = _git(folder, "log", "--format=%H %cI", "--", LEDGER)
    for line in result.stdout.splitlines():
        name, date = line.split(" ", 1)
        head = _git(folder, "cat-file", "commit", name).stdout.partition("\n\n")[0]
        if re.search(r"^gpgsig(-sha256)? ", head, re.M):
            yield _Signed(name=name, tag=False, date=datetime.datetime.fromisoformat(date))


def _tags(folder: Path) -> Iterator[_Signed]:
    form = "%(objecttype) %(taggerdate:iso-strict) %(refname)"
    result = _git(folder, "for-each-ref", f"--format={form}", "refs/tags")
    for line in result.stdout.splitlines():
        if not line.startswith("tag "):
            continue
        _, date, name = line.split(" ", 2)
        if "-----BEGIN " in _git(folder, "cat-file", "tag", name).stdout:
            yield _Signed(name=name, tag=True, date=datetime.datetime.fromisoformat(date))


def _verified(folder: Path, commit: _Signed, entry: str, signers: Path | None) -> Witness:
    """Return what ``commit`` attests about ``entry``; git checks its signature."""
    command = "verify-tag" if commit.tag else "verify-commit"
    name = commit.name.removeprefix("refs/tags/")
    label = f"tag {name}" if commit.tag else f"commit {name[:12]}"
    own = str(signers.resolve()) if signers is not None else _own_signers(folder)
    result = _git(folder, command, commit.name, settings=(f"gpg.ssh.allowedSignersFile={own}",))
    output = f"{result.stderr}{result.stdout}"
    signer, key = SIGNER.search(output), KEY.search(output)
    by = signer.group(1).strip() if signer else ""
    if key:
        by = f"{by} (key {key.group(1) or key.group(2)})".strip()
    state: State = "checked"
    says = f"signed by {by}, who dates it {commit.date.isoformat()}: that date is the signer's word"
    if result.returncode:
        why = " ".join(output.split())
        bad = re.search(r"BAD signature|incorrect signature|invalid format", output)
        state = "wrong" if bad else "unchecked"
        says = f"{label} is signed, but not by a key that you trust ({why})"
        if not bad:
            says += "; `winset verify CASE --signers FILE` names the ssh keys that may sign"
    return Witness(entry=entry, kind="git", state=state, by=by, time=commit.date, says=says,
                   file=label)  # fmt: skip


def _own_signers(folder: Path) -> str:
    """Return the reader's own file of allowed signers, from outside the repository."""
    for scope in ("--global", "--system"):
        result = _git(folder, "config", scope, "--type=path", "--get", "gpg.ssh.allowedSignersFile")
        if result.returncode == 0:
            return str(result.stdout.strip())
    return os.devnull


def _git(
    folder: Path, *words: str, settings: Sequence[str] = (), safe: bool = True, text: bool = True
) -> "subprocess.CompletedProcess[Any]":
    options = [part for setting in (*(SAFE if safe else ()), *settings) for part in ("-c", setting)]
    variables = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    if safe:  # a repository may name a program that fetches what it lacks
        variables |= {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
    try:
        return subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *options, *words],  # noqa: S607
            capture_output=True,
            text=text,
            encoding="utf-8" if text else None,
            errors="replace" if text else None,
            env=variables,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise SilentWitnessError("git: the program is not installed") from None
    except subprocess.TimeoutExpired:
        raise SilentWitnessError(f"git: no answer within {SECONDS} seconds") from None
