"""No number of a shipped case changes without a word."""

import json

import pytest

from golden_forecasts import FILE, numbers


def test_every_shipped_case_says_under_every_model_what_it_said_before():
    before, now = json.loads(FILE.read_text()), numbers()
    assert list(before) == list(now)
    for name, issues in before.items():
        assert list(issues) == list(now[name]), name
        for issue, values in issues.items():
            for old, new in zip(values, now[name][issue], strict=True):
                if old is None:
                    assert new is None, (name, issue)
                else:
                    assert new == pytest.approx(old, rel=1e-12, abs=1e-12, nan_ok=True), (
                        name,
                        issue,
                    )
