"""A page as its template wrote it: without the marks of terms and the tips that explain them."""

import re

_TIP = re.compile(r'<span class="tip".*?</span>|</?dfn\b[^>]*>', re.S)


def unmarked(page: str) -> str:
    """Return the source of ``page`` without marks and tips."""
    return _TIP.sub("", page)
