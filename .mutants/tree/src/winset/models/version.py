"""The version of this package, and the digest of the code that computes its numbers."""

import hashlib
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

KERNELS = Path(__file__).with_name("kernels")
UNKNOWN = "unknown"  # of forecasts made before the digest was recorded


@cache
def winset_version() -> str:
    """Return the version of this package, as installed."""
    return metadata.version("winset")


@cache
def code_digest(beside: str = "") -> str:
    """Return the name of the code that makes numbers here, 32 hexadecimal digits.

    The first half is a digest of the sources of all kernels: of their contents, not their dates.
    The second covers what turns them into machine code: Numba, llvmlite, NumPy, Python and the
    processor. Numba itself is not imported.

    Args:
        beside: the text of a model from outside, which counts as a source.
    """
    sources = sources_digest()
    if beside:
        sources = hashlib.sha256(f"{sources}\n{beside}".encode()).hexdigest()[:16]
    return sources + _translation()


def sources_digest() -> str:
    """Return a digest of the kernels' sources as they are now."""
    words = hashlib.sha256()
    for path in sorted(KERNELS.glob("*.py")):
        source = path.read_bytes()
        words.update(f"{path.name} {len(source)}\n".encode())
        words.update(source)
    return words.hexdigest()[:16]


def _translation() -> str:
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    parts = [
        *(f"{name} {metadata.version(name)}" for name in ("numba", "llvmlite", "numpy")),
        f"python {sys.version_info.major}.{sys.version_info.minor}",
        f"{binding.get_process_triple()} {binding.get_host_cpu_name()}",
        *sorted(name for name, present in features.items() if present),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def compare_code(code: str, here: str = "") -> str:
    """Return in words whether the code named ``code`` is the code that runs here.

    ``here`` names that, where it is not winset's own alone.

    >>> compare_code(code_digest())
    'the same code'
    """
    here = here or code_digest()
    if code == here:
        return "the same code"
    if code == UNKNOWN:
        return "code that was not recorded"
    if code[:16] == here[:16]:
        return "the same code, compiled for another processor or by another Numba"
    return "other code"
