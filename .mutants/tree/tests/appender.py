"""A program that appends numbered entries to the chain in a file, and says which are on disk."""

import sys
from pathlib import Path

from winset.case.appending import append


def main(path: Path, name: str, count: int) -> None:
    for k in range(count):
        # A closure over k is used up before k moves on.
        entry = append(path, lambda _, k=k: ("note", {"by": name, "number": k, "text": "x" * 3000}))
        print(entry.sha256, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
