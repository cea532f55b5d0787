"""Witnesses of a seal: a time-stamp authority, OpenTimestamps, signed commits and tags."""

import datetime
import json
import os
import re
import shlex
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from authorities import Authority, Calendar, listening
from winset.case.chain import LEDGER, read_chain
from winset.case.folder import read_case
from winset.case.template import template
from winset.cli import cli
from winset.errors import WinsetError
from winset.models import make_model
from winset.track_record.sealed import ForecastToSeal, read_ledger, resolve, seal, verify
from winset.track_record.sealed.witness import Trust, ask, complete, parse_kind

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
DAY = datetime.timedelta(days=1)
OWN = "the date is the writer's own word"


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch, tmp_path):
    """No proxy, no configuration of the user's."""
    for name in [n for n in os.environ if n.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name in ("WINSET_WITNESS", "WINSET_TRUST"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "gitconfig").write_text("[user]\nname = Ada\nemail = ada@example\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


@pytest.fixture
def folder(tmp_path):
    case = tmp_path / "case"
    case.mkdir()
    for name, text in template("A price").items():
        (case / name).write_text(text)
    return case


def sealed(folder, at=None, **more):
    forecast = ForecastToSeal(
        issue="price", rule="A signed text", draws=20, resolve_by=(NOW + 30 * DAY).date(),
        model=make_model("mean"), **more,
    )  # fmt: skip
    return seal(read_case(folder), forecast, at=at)


def last(folder):
    return read_chain(folder / LEDGER).entries[-1]


@pytest.fixture
def authority(tmp_path):
    tsa = Authority()
    with listening(lambda path, body: tsa.answer(path, body)) as url:
        tsa.url = url
        tsa.file = tmp_path / "CA.pem"
        tsa.file.write_bytes(tsa.pem)
        yield tsa


@pytest.fixture
def calendar():
    calendar_server = Calendar()
    with listening(lambda path, body: calendar_server.answer(path, body)) as url:
        calendar_server.url = url
        yield calendar_server


def stamped(folder, authority, **more):
    return ask(folder, last(folder), [("rfc3161", authority.url)],
               Trust(certificates=(authority.file,)), **more)  # fmt: skip


def verified(folder, **trust):
    return verify(folder, again=False, trust=Trust(**trust))


# The writer's own word


def test_without_a_witness_a_date_is_the_writers_own_word_in_check_and_record(folder):
    sealed(folder, at=NOW - 900 * DAY)
    verdict = verified(folder)
    assert verdict.checks[0].dates == OWN
    assert verdict.record.dates == "Dates are the writer's own word."
    done = run("verify", folder, "--chain-only")
    assert OWN in done.output and "Dates are the writer's own word." in done.output


# Time-stamp authorities


def test_an_authority_attests_an_entry_and_verify_says_which_and_when(folder, authority):
    sealed(folder)
    before = read_case(folder).digest
    [answer] = stamped(folder, authority)
    assert answer.state == "given"
    [file] = (folder / "sealed" / "witness").glob("*.tsr")
    assert file.name.startswith(last(folder).sha256) and read_case(folder).digest == before
    verdict = verified(folder, certificates=(authority.file,))
    assert verdict.sound
    [witness] = verdict.witnesses
    assert (witness.state, witness.time) == ("checked", authority.time)
    assert verdict.checks[0].dates == (
        f"existed by {authority.time.isoformat()}: time-stamp authority (RFC 3161), "
        "CN=Test authority"
    )
    assert verdict.record.dates == "Every date is witnessed: time-stamp authority (RFC 3161) 1."


def test_a_certificate_that_the_writer_put_beside_it_is_no_ground_for_trust(folder, authority):
    sealed(folder)
    stamped(folder, authority)
    verdict = verified(folder)
    assert verdict.sound
    assert (verdict.witnesses[0].state, verdict.checks[0].dates) == ("unchecked", OWN)
    assert "name the authority's own with `winset verify CASE --trust" in verdict.witnesses[0].says
    (next((folder / "sealed" / "witness").glob("*.pem"))).unlink()
    assert "its signature was not checked" in verified(folder).witnesses[0].says


def test_a_witness_attests_every_entry_that_its_own_follows(folder, authority):
    sealed(folder)
    sealed(folder, seed=1)
    stamped(folder, authority)
    sealed(folder, seed=2)
    verdict = verified(folder, certificates=(authority.file,))
    assert [check.witnessed is not None for check in verdict.checks] == [True, True, False]
    assert verdict.record.dates == (
        "Of 3 dates 2 are witnessed (time-stamp authority (RFC 3161) 2); "
        "the others are the writer's own word."
    )


def test_a_ledger_written_last_night_with_a_date_in_the_past_is_seen_through(folder, authority):
    sealed(folder, at=NOW - 900 * DAY)
    resolve(folder, "price", "40", date=(NOW - 300 * DAY).date())
    stamped(folder, authority)
    [check] = verified(folder, certificates=(authority.file,)).checks
    assert "after" in check.dates and "when the outcome came about" in check.dates


def test_an_entry_dated_after_its_witness_is_a_problem(folder, tmp_path):
    early = Authority(time=NOW - 90 * DAY)
    with listening(early.answer) as url:
        early.url, early.file = url, tmp_path / "early.pem"
        early.file.write_bytes(early.pem)
        sealed(folder)
        stamped(folder, early)
    verdict = verified(folder, certificates=(early.file,))
    [problem] = verdict.problems
    assert not verdict.sound and "must be dated no later than its witness" in str(problem)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"nonce": lambda nonce: nonce + 1}, "to another request: its nonce differs"),
        ({"digest": lambda _: bytes(32)}, "is of another digest"),
        ({"status": "rejection"}, "the authority refuses: closed on Sundays"),
    ],
)
def test_a_wrong_answer_is_refused_and_not_kept(fault, words, folder, authority):
    sealed(folder)
    for name, value in fault.items():
        setattr(authority, name, value)
    [answer] = stamped(folder, authority)
    assert answer.state == "refused" and words in answer.says
    assert not list((folder / "sealed" / "witness").glob("*.tsr"))
    assert verified(folder).witnesses[0].state == "pending"


def test_an_authority_under_another_certificate_is_refused(folder, authority, tmp_path):
    sealed(folder)
    authority.file.write_bytes(Authority().pem)
    [answer] = stamped(folder, authority)
    assert answer.state == "refused" and "not signed by an authority that you trust" in answer.says
    authority.file.write_text("no certificate")
    with pytest.raises(WinsetError, match="must hold certificates in PEM form"):
        stamped(folder, authority)


def test_what_is_no_time_stamp_at_all_is_refused(folder, authority):
    sealed(folder)
    with listening(lambda *_: (200, b"<html>hello</html>")) as url:
        authority.url = url
        [answer] = stamped(folder, authority)
    assert answer.state == "refused" and "the answer is no time stamp" in answer.says


def test_an_authority_that_is_silent_leaves_a_pending_witness_to_complete(folder, authority):
    sealed(folder)
    url, end = authority.url, threading.Event()

    def silent(path, body):
        end.wait(60)
        return 500, b""

    with listening(silent) as authority.url:
        [answer] = stamped(folder, authority, timeout=0.05)
        end.set()
    assert answer.state == "pending" and "no answer" in answer.says
    [wanted] = (folder / "sealed" / "witness").glob("*.wanted")
    wish = json.loads(wanted.read_text())
    assert verified(folder).witnesses[0].state == "pending"
    # The same authority is there again, at its own address.
    wanted.unlink()
    authority.url = url
    from winset.track_record.sealed.witness.files import record_wanted

    record_wanted(folder, wish["entry"], "rfc3161", url)
    trust = Trust(certificates=(authority.file,))
    [answer] = complete(folder, read_chain(folder / LEDGER), Trust())
    assert "--trust" in answer.says
    [answer] = complete(folder, read_chain(folder / LEDGER), trust)
    assert answer.state == "given"
    assert not list((folder / "sealed" / "witness").glob("*.wanted"))
    assert complete(folder, read_chain(folder / LEDGER), trust) == ()
    assert verify(folder, again=False, trust=trust).checks[0].witnessed


def test_a_changed_byte_of_a_time_stamp_is_found(folder, authority):
    sealed(folder)
    stamped(folder, authority)
    [file] = (folder / "sealed" / "witness").glob("*.tsr")
    data = file.read_bytes()
    for place in (len(data) // 2, len(data) - 3):
        file.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert verified(folder, certificates=(authority.file,)).checks[0].witnessed is None
        assert not verified(folder).sound
    sealed(folder, seed=1)
    file.rename(file.with_name(last(folder).sha256 + file.name[64:]))
    file.with_name(last(folder).sha256 + file.name[64:]).write_bytes(data)
    assert "is of another digest" in str(verified(folder).problems[0])


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_openssl_finds_the_same(folder, authority):
    sealed(folder)
    stamped(folder, authority)
    [file] = (folder / "sealed" / "witness").glob("*.tsr")
    words = ["openssl", "ts", "-verify", "-digest", last(folder).sha256, "-in", str(file)]
    done = subprocess.run([*words, "-CAfile", str(authority.file)], capture_output=True, text=True)
    assert done.returncode == 0 and "Verification: OK" in done.stdout + done.stderr, done.stderr


# OpenTimestamps


def test_a_calendars_promise_is_pending_until_it_leads_to_a_block(folder, calendar):
    sealed(folder)
    entry = last(folder)
    [answer] = ask(folder, entry, [("opentimestamps", calendar.url)])
    assert answer.state == "pending" and calendar.seen[0] != bytes.fromhex(entry.sha256)
    assert verified(folder).witnesses[0].state == "pending"
    trust, chain = Trust(calendars=(calendar.url,)), read_chain(folder / LEDGER)
    [answer] = complete(folder, chain, Trust())
    assert "--calendar" in answer.says  # an address in a file is not asked unless it is named
    [answer] = complete(folder, chain, trust)
    assert answer.state == "pending" and "no block yet" in answer.says
    calendar.height = 840_000
    [answer] = complete(folder, chain, trust)
    assert answer.state == "given" and "Bitcoin block 840000" in answer.says
    assert complete(folder, chain, trust) == ()
    [witness] = verified(folder).witnesses
    assert (witness.state, witness.time) == ("unchecked", None)
    assert "whether that is the root of Bitcoin's block 840000 was not checked" in witness.says
    assert verified(folder).checks[0].dates == OWN


def test_a_header_that_the_reader_names_turns_a_path_into_a_time(folder, calendar):
    sealed(folder)
    calendar.height = 840_000
    ask(folder, last(folder), [("opentimestamps", calendar.url)])
    complete(folder, read_chain(folder / LEDGER), Trust(calendars=(calendar.url,)))
    time = NOW + datetime.timedelta(hours=1)
    done = run("verify", folder, "--chain-only", "--block", f"840000={calendar.header(time)}")
    words = " ".join(done.output.split())
    assert done.exit_code == 0, done.output
    assert f"existed by {time.isoformat()}: OpenTimestamps, Bitcoin block 840000" in words
    other = bytearray.fromhex(calendar.header(time))
    other[40] ^= 1
    verdict = verified(folder, headers={840_000: other.hex()})
    assert not verdict.sound and "does not lead to the root" in str(verdict.problems[0])
    with pytest.raises(WinsetError, match="160 hexadecimal digits"):
        verified(folder, headers={840_000: "00"})


def test_a_path_of_another_entry_and_a_file_that_is_none_are_found(folder, calendar):
    sealed(folder)
    ask(folder, last(folder), [("opentimestamps", calendar.url)])
    [file] = (folder / "sealed" / "witness").glob("*.ots")
    sealed(folder, seed=1)
    file = file.rename(file.with_name(last(folder).sha256 + file.name[64:]))
    assert "is of another digest" in str(verified(folder).problems[0])
    file.write_bytes(b"hello")
    assert "no time stamp of OpenTimestamps" in str(verified(folder).problems[0])


def test_a_calendar_that_is_not_there_leaves_the_witness_pending(folder, calendar):
    sealed(folder)
    with listening(lambda *_: (503, b"")) as url:
        [answer] = ask(folder, last(folder), [("opentimestamps", url)])
    assert answer.state == "pending" and "no answer" in answer.says
    with listening(lambda *_: (200, b"\xff\xff")) as url:
        [answer] = ask(folder, last(folder), [("opentimestamps", url)])
    assert answer.state == "refused"


# Two copies put together


def test_copies_put_together_keep_the_witnesses_of_both(folder, authority):
    sealed(folder)
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    for copy, seed in ((folder, 1), (other, 2)):
        sealed(copy, seed=seed)
        stamped(copy, authority)
    with (folder / LEDGER).open("ab") as out:
        out.write((other / LEDGER).read_bytes().splitlines(keepends=True)[-1])
    names = {path.name for path in (folder / "sealed" / "witness").glob("*.tsr")}
    assert names.isdisjoint(p.name for p in (other / "sealed" / "witness").glob("*.tsr"))
    shutil.copytree(other / "sealed", folder / "sealed", dirs_exist_ok=True)
    verdict = verified(folder, certificates=(authority.file,))
    assert verdict.sound and all(check.witnessed for check in verdict.checks)


def test_nothing_is_written_or_read_through_a_link_out_of_the_folder(folder, authority, tmp_path):
    sealed(folder)
    (tmp_path / "elsewhere").mkdir()
    (folder / "sealed" / "witness").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WinsetError, match="leads out of the case folder"):
        stamped(folder, authority)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert verified(folder).witnesses == ()


# Git


def git(folder, *words):
    return subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True,
                          text=True).stdout  # fmt: skip


def missing_programs():
    absent = [name for name in ("git", "ssh-keygen") if shutil.which(name) is None]
    return pytest.mark.skipif(bool(absent), reason=f"needs {', '.join(absent)}")


def new_key(path):
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", str(path)]
    subprocess.run(words, check=True)
    return path.with_suffix(".pub").read_text()


@pytest.fixture
def signing(folder, tmp_path):
    """Make the folder a repository whose commits are signed by a new ssh key."""
    key, signers = tmp_path / "key", tmp_path / "signers"
    signers.write_text(f"ada@example {new_key(key)}")
    git(folder, "init", "--quiet")
    git(folder, "config", "gpg.format", "ssh")
    git(folder, "config", "user.signingKey", str(key))
    return signers


@missing_programs()
def test_a_signed_commit_holds_the_entry_and_is_the_signers_word(folder, signing):
    sealed(folder)
    [answer] = ask(folder, last(folder), [("git", "")])
    assert answer.state == "given", answer.says
    assert git(folder, "show", "--name-only", "--format=").split()[0] == "ledger.jsonl"
    assert "case.yaml" in git(folder, "status", "--short")  # only the seal was committed
    verdict = verified(folder, signers=signing)
    [witness] = verdict.witnesses
    assert (witness.state, witness.kind) == ("checked", "git")
    assert "ada@example (key SHA256:" in witness.by
    assert "that date is the signer's word" in witness.says
    assert verdict.record.dates == "Every date is witnessed: git 1."
    assert verified(folder).witnesses[0].state == "unchecked"  # no key is trusted unasked


@missing_programs()
def test_the_keys_to_trust_are_the_readers_and_never_the_repositorys(folder, signing, tmp_path):
    sealed(folder)
    ask(folder, last(folder), [("git", "")])
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    git(folder, "config", "gpg.ssh.allowedSignersFile", str(signing))
    for name in ("gpg.ssh.program", "gpg.program", "core.fsmonitor"):
        git(folder, "config", name, str(trap))
    assert verified(folder).witnesses[0].state == "unchecked"
    assert not (tmp_path / "sprung").exists()
    with (tmp_path / "gitconfig").open("a") as out:
        out.write(f'[gpg "ssh"]\nallowedSignersFile = {signing}\n')
    assert verified(folder).witnesses[0].state == "checked"


@missing_programs()
def test_a_signed_tag_attests_what_unsigned_commits_hold(folder, signing):
    sealed(folder)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--no-gpg-sign", "-m", "Seal")
    git(folder, "tag", "-a", "plain", "-m", "unsigned")
    assert verified(folder, signers=signing).witnesses == ()
    git(folder, "tag", "-s", "sealed-1", "-m", "One seal")
    sealed(folder, seed=1)
    first, second = verified(folder, signers=signing).checks
    assert first.witnessed.file == "tag sealed-1" and second.witnessed is None


@missing_programs()
def test_a_case_in_a_folder_of_a_repository_is_witnessed_too(folder, signing):
    shutil.copytree(folder, folder / "inside", ignore=shutil.ignore_patterns(".git"))
    sealed(folder / "inside")
    [answer] = ask(folder / "inside", last(folder / "inside"), [("git", "")])
    assert answer.state == "given", answer.says
    [check] = verified(folder / "inside", signers=signing).checks
    assert check.witnessed.kind == "git" and "whose word that date is" in check.dates


@missing_programs()
def test_a_signature_by_a_stranger_is_not_counted(folder, signing, tmp_path):
    sealed(folder)
    ask(folder, last(folder), [("git", "")])
    stranger = new_key(tmp_path / "stranger")
    signing.write_text(f"ada@example {stranger}")
    verdict = verified(folder, signers=signing)
    assert verdict.witnesses[0].state == "unchecked" and verdict.checks[0].dates == OWN


@missing_programs()
def test_a_commit_changed_after_it_was_signed_speaks_against_the_ledger(folder, signing):
    sealed(folder)
    ask(folder, last(folder), [("git", "")])
    commit = git(folder, "cat-file", "commit", "HEAD").replace("The ledger ends", "A ledger ends")
    written = subprocess.run(["git", "-C", str(folder), "hash-object", "-t", "commit", "-w",
                              "--stdin"], input=commit, capture_output=True, text=True)  # fmt: skip
    git(folder, "update-ref", "HEAD", written.stdout.strip())
    verdict = verified(folder, signers=signing)
    assert verdict.witnesses[0].state == "wrong" and not verdict.sound


@missing_programs()
def test_git_that_cannot_sign_leaves_the_witness_pending(folder, signing):
    done = sealed(folder)
    git(folder, "config", "user.signingKey", "nowhere")
    [answer] = ask(folder, last(folder), [("git", "")])
    assert answer.state == "pending" and "no signed commit could be made" in answer.says
    assert read_ledger(folder).sealed[0].id == done.id
    git(folder, "config", "user.signingKey", str(signing.with_name("key")))
    [answer] = complete(folder, read_chain(folder / LEDGER))
    assert answer.state == "given"


# The commands


def run(*words):
    return CliRunner().invoke(cli, [*map(str, words)])


def seal_words(folder, *more):
    return ["seal", folder, "--issue", "price", "--resolve-by", (NOW + DAY).date(),
            "--rule", "As signed", "--draws", 20, "--model", "mean", *more]  # fmt: skip


def test_the_commands_seal_with_a_witness_and_verify_it(folder, authority):
    done = run(*seal_words(folder, "--witness", f"rfc3161={authority.url}",
                           "--trust", authority.file))  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "Witnessed: time-stamp authority (RFC 3161)" in done.output
    assert done.output.split()[-1] == last(folder).sha256
    done = run("verify", folder, "--trust", authority.file)
    words = " ".join(done.output.split())
    assert done.exit_code == 0 and "existed by" in words and "CN=Test authority" in words
    assert "Every date is witnessed" in words
    assert run("witness", folder).output.startswith("No witness is pending")


def test_a_witness_that_cannot_be_checked_is_not_asked_and_nothing_is_sealed(folder, authority):
    for words, message in (
        (["--witness", f"rfc3161={authority.url}"], "name the certificate of the authority"),
        (["--witness", "rfc3161"], "must be written rfc3161=https://…"),
        (["--witness", "notary"], "must be one of rfc3161, opentimestamps, git"),
        (["--witness", "rfc3161=file:///etc/passwd"], "must be written rfc3161=https://…"),
    ):
        done = run(*seal_words(folder, *words))
        assert done.exit_code == 1 and message in done.output, done.output
    assert not (folder / LEDGER).exists()


def test_a_refused_witness_fails_the_command_but_the_seal_stands(folder, authority):
    authority.nonce = lambda nonce: nonce + 1
    words = seal_words(folder, "--witness", f"rfc3161={authority.url}", "--trust", authority.file)
    done = run(*words)
    assert done.exit_code == 1 and "REFUSED" in done.output
    assert len(read_ledger(folder).sealed) == 1
    authority.nonce = lambda nonce: nonce
    done = run("witness", folder, "--trust", authority.file)
    assert done.exit_code == 0 and "Witnessed" in done.output, done.output
    done = run("witness", folder, "--entry", "ffff", "--witness", "git")
    assert done.exit_code == 1 and "must be the beginning of one digest" in done.output


@missing_programs()
def test_the_commands_of_the_documentation_do_what_it_says(folder, authority, calendar, signing):
    page = (Path(__file__).parents[1] / "docs" / "ledger.md").read_text()
    [block] = re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S)
    for old, new in (
        ("my-talks", str(folder)), ("2027-06-30", str((NOW + DAY).date())),
        ("https://tsa.example", authority.url), ("tsa.pem", str(authority.file)),
        ("https://calendar.example", calendar.url), ("--signers signers", f"--signers {signing}"),
    ):  # fmt: skip
        assert old in block
        block = block.replace(old, new)
    calendar.height = 840_000
    outputs = []
    for line in block.splitlines():
        program, *words = shlex.split(line)
        assert program == "winset"
        done = run(*words)
        assert done.exit_code == 0, done.output
        outputs.append(" ".join(done.output.split()))
    assert outputs[0].count("Witnessed:") == 2 and outputs[0].count("Pending:") == 1
    assert "leads to Bitcoin block 840000" in outputs[1]
    assert "Every date is witnessed" in outputs[2] and "was not checked" in outputs[2]


def test_a_kind_is_read_from_the_environment_too(folder, authority, monkeypatch):
    monkeypatch.setenv("WINSET_WITNESS", f"rfc3161={authority.url}")
    monkeypatch.setenv("WINSET_TRUST", str(authority.file))
    assert "Witnessed" in run(*seal_words(folder)).output
    assert parse_kind("git") == ("git", "")
