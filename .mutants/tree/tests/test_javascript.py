"""The JavaScript of the pages: its types, its style, its unit tests, and one grammar of ranges."""

import json
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from winset.case.ranges import parse_range

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "src/winset/web/static/js").glob("*.js"))
NODE = shutil.which("node")
TOOLS = ROOT / "node_modules" / ".bin"

needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


def needs_tool(name):
    return pytest.mark.skipif(
        NODE is None or not (TOOLS / name).exists(),
        reason=f"{name} is not installed: `npm ci` in the project's root installs it",
    )


def run(*command, **options):
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, **options
    )


@needs_node
def test_the_unit_tests_of_the_pages_pass():
    done = run(NODE, "--test", *sorted((ROOT / "tests/js").glob("*.test.js")))
    assert done.returncode == 0, done.stdout[-4000:]
    assert int(re.search(r"^# pass (\d+)$|^ℹ pass (\d+)$", done.stdout, re.M)[0].split()[-1]) > 100


PIECES = [*"0123456789", ".", "..", "to", " to ", " ", "-", "+", "e", "E", "inf", "\u0661", "\x1c",
          "\ufeff", "nan", "5", "40", "1e400", "\xa0", "\u2212", "TO", "\u0662"]  # fmt: skip
READER = """
import { parse } from "./src/winset/web/static/js/ranges.js";
let text = "";
for await (const piece of process.stdin) text += piece;
const plain = (value) => (value === null || Number.isFinite(value) ? value : String(value));
const read = (range) => (range === null ? null : [range.low, range.mode, range.high].map(plain));
console.log(JSON.stringify(JSON.parse(text).map((entry) => read(parse(entry)))));
"""


@needs_node
def test_strings_put_together_by_chance_are_read_alike_by_python_and_by_the_pages():
    chance = random.Random(14)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 7))) for _ in range(5_000)]
    done = run(NODE, "--input-type=module", "--eval", READER, input=json.dumps(texts))
    assert done.returncode == 0, done.stderr
    read = [[float(v) if isinstance(v, str) else v for v in r] if r else None
            for r in json.loads(done.stdout)]  # fmt: skip
    assert read == [by_python(text) for text in texts]
    assert sum(found is not None for found in read) > 500


def by_python(text):
    try:
        value = parse_range(text)
    except ValueError:
        return None
    return [None if part is None else part for part in (value.low, value.mode, value.high)]
