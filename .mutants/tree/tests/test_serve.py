"""The command that opens the workbench, as a person meets it in a terminal."""

import os
import subprocess
import sys

import pytest

pty = pytest.importorskip("pty", reason="asks for a pseudo-terminal")

WORDS = [sys.executable, "-m", "winset", "serve", "my-cases", "--no-open", "--port", "0"]


def until(read, what):
    """Everything that ``read`` returns up to ``what``, or to its end."""
    text = ""
    while what not in text and (more := read()):
        text += more
    return text


def begin(folder, *more, **options):
    return subprocess.Popen([*WORDS, *more], cwd=folder, text=True, **options)


def stopped(process):
    process.terminate()
    process.communicate(timeout=30)


def test_a_folder_that_is_not_there_is_refused_with_what_makes_it(tmp_path):
    done = subprocess.run(
        WORDS, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "my-cases: must be a folder; found nothing" in done.stderr and "--make" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_made_when_the_command_says_so(tmp_path):
    process = begin(tmp_path, "--make", stdout=subprocess.PIPE)
    try:
        assert "Ctrl-C ends it." in until(process.stdout.readline, "Ctrl-C ends it.")
        assert (tmp_path / "my-cases").is_dir()
    finally:
        stopped(process)


@pytest.mark.parametrize(("answer", "made"), [("\n", True), ("n\n", False)])
def test_at_a_terminal_the_person_is_asked_whether_to_make_it(tmp_path, answer, made):
    ours, theirs = pty.openpty()
    process = begin(tmp_path, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(theirs)
    try:
        assert "Make it, to keep your cases in? [Y/n]" in until(lambda: process.stdout.read(1), "]")
        os.write(ours, answer.encode())
        if made:
            assert "Ctrl-C ends it." in until(process.stdout.readline, "Ctrl-C ends it.")
        else:
            assert "found nothing" in process.stderr.read()
            assert process.wait(timeout=30) == 1
        assert (tmp_path / "my-cases").is_dir() is made
    finally:
        stopped(process)
        os.close(ours)
