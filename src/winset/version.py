"""Which winset this is."""

from functools import cache
from importlib import metadata


@cache
def winset_version() -> str:
    """Return the version of this package, as installed."""
    return metadata.version("winset")
