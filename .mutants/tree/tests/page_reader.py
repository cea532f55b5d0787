"""Does what a page says, in the folder it is started in, with the package that is installed.

Run by the Python of an environment that holds the package as a wheel. Takes the steps of a page as
JSON from standard input and prints what each of them printed, as JSON.
"""

import doctest
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from importlib.metadata import entry_points
from pathlib import Path


def console(line: str, keys: str) -> tuple[int, str]:
    """Return the exit status of a command and what it printed."""
    program, *words = shlex.split(line, comments=True)
    if program == "cp":
        *sources, target = map(Path, words)
        for source in sources:
            shutil.copy(source, target)
        return 0, ""
    if program != "winset":
        return 127, f"{program}: no command that pages may use; see tests/pages.py"
    if words[0] == "serve":
        return serve(words)
    from click.testing import CliRunner

    from winset.cli import cli

    done = CliRunner().invoke(cli, words, input=keys or None, prog_name="winset")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return 1, done.output + repr(done.exception)
    return done.exit_code, done.output


def serve(words: list[str]) -> tuple[int, str]:
    """Start the workbench without a browser, ask for its first page, and end it."""
    command = [sys.executable, "-m", "winset", *words, "--no-open", "--port", "0"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as server:  # fmt: skip
        printed = ""
        for line in server.stdout or ():
            printed += line
            if "Ctrl-C" in line:
                break
        address = re.search(r"http://\S+", printed)
        if address is None:
            server.kill()
            return 1, printed
        try:
            opener = urllib.request.build_opener(
                urllib.request.ProxyHandler({}),
                urllib.request.HTTPCookieProcessor(CookieJar()),
            )
            # The name below localhost is for browsers, which find it without asking anyone.
            place = urllib.parse.urlsplit(address[0])
            first = urllib.request.Request(
                place._replace(netloc=f"127.0.0.1:{place.port}").geturl(),
                headers={"Host": place.netloc},
            )
            with opener.open(first, timeout=60) as page:
                title = re.search(r"<title>(.*?)</title>", page.read().decode())
        finally:
            server.send_signal(signal.SIGINT)
            status = server.wait(timeout=60)
        return (status, printed) if title is not None else (1, "no page came")


def python(source: str, names: dict[str, object]) -> tuple[int, str]:
    """Return the number of examples that do otherwise than shown, and how."""
    test = doctest.DocTestParser().get_doctest(source, names, "page", None, 0)
    test.globs = names  # those of the block before, to add to
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    lines: list[str] = []
    runner.run(test, out=lines.append, clear_globs=False)
    return runner.failures, "".join(lines)


def main() -> None:
    """Do the steps."""
    import winset

    (script,) = entry_points(group="console_scripts", name="winset")
    results: list[tuple[int, str]] = []
    names: dict[str, object] = {"__name__": "__main__"}
    for step in json.load(sys.stdin):
        if step["kind"] == "python":
            results.append(python(step["text"], names))
        else:
            results.append(console(step["text"], step["keys"]))
    print(json.dumps({"file": winset.__file__, "script": script.value, "results": results}))


if __name__ == "__main__":
    main()
