import math
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from click.testing import CliRunner

from winset.case.folder import read_case
from winset.cli.coding import agreement as command
from winset.errors import WinsetError
from winset.evidence.coding.agreement import _alpha, agreement

CASE = Path(__file__).parent / "fixtures" / "two-coders"


def field(found, name):
    return next(f for f in found.fields if f.field == name)


def test_the_published_example_comes_out_as_published():
    """Krippendorff 2011, Computing Krippendorff's alpha-reliability, example C."""
    said = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]
    counts = np.array(
        [[column.count(v) for v in range(1, 6)] for column in zip(*said, strict=True)]
    )
    assert _alpha(counts, [1, 2, 3, 4, 5], "nominal") == pytest.approx(0.743, abs=5e-4)
    assert _alpha(counts, [1, 2, 3, 4, 5], "interval") == pytest.approx(0.849, abs=5e-4)


def test_alpha_of_each_field_is_that_of_the_table_of_coders():
    found = agreement(read_case(CASE), resamples=60)
    kinds = [[0, 1, 0, 0, 2, 0, 0, 1, 0, 0], [0, 1, 0, 0, 1, 1, 0, 1, 0, 0]]
    expected = krippendorff.alpha(kinds, level_of_measurement="nominal")
    assert field(found, "kind").alpha == pytest.approx(expected)
    # In shares of each issue's scale: crowns 0-5, years 2024-2034; ranges at their middles.
    values = [
        [4 / 5, 2 / 5, 0, 3.5 / 5, 0.6, 1 / 5, 1.5 / 5, 2 / 5, 0.2, 0.3],
        [4 / 5, 2 / 5, 0, 3.75 / 5, 0.6, 1 / 5, 1.5 / 5, 2 / 5, 0.2, 0.4],
    ]
    expected = krippendorff.alpha(values, level_of_measurement="interval")
    assert field(found, "value").alpha == pytest.approx(expected)


def test_full_agreement_is_one_and_no_variation_is_unknown():
    found = agreement(read_case(CASE), resamples=60)
    assert field(found, "speaker").alpha == 1.0
    status = field(found, "status")
    assert math.isnan(status.alpha)
    assert (status.units, status.alike) == (10, 10)


def test_the_interval_holds_alpha_and_comes_from_resampled_documents():
    found = field(agreement(read_case(CASE), resamples=60), "kind")
    assert found.low < found.alpha < found.high
    assert found.documents == 4


def test_the_same_seed_gives_the_same_interval():
    case = read_case(CASE)
    said = [str(agreement(case, resamples=7, seed=seed)) for seed in (3, 3, 4)]
    assert said[0] == said[1] != said[2]


def test_every_disagreement_is_listed_with_what_each_coder_says():
    found = agreement(read_case(CASE), resamples=60)
    assert [(d.statement, d.field, dict(d.readings)) for d in found.disagreements] == [
        ("m4", "value", {"maya": "3.5", "noor": "3.5 to 4"}),
        ("m5", "kind", {"maya": "threat", "noor": "red line"}),
        ("m6", "kind", {"maya": "position", "noor": "red line"}),
        ("m10", "value", {"maya": "2027", "noor": "2028"}),
    ]


def test_a_statement_of_one_coder_is_counted_apart():
    assert agreement(read_case(CASE), resamples=60).alone == 1


def test_proposals_are_nobodys_reading():
    assert agreement(read_case(CASE), resamples=60).coders == ("maya", "noor")
    with pytest.raises(WinsetError, match="machine has decided on nothing"):
        agreement(read_case(CASE), ["maya", "machine"])


def test_a_single_coder_agrees_with_nobody():
    with pytest.raises(WinsetError, match="needs two coders"):
        agreement(read_case(CASE), ["maya"])


def test_the_command_prints_alpha_and_the_disagreements():
    done = CliRunner().invoke(command, [str(CASE), "--resamples", "50"])
    assert done.exit_code == 0, done.output
    assert "0.61" in done.output
    assert "m6: kind: maya: position; noor: red line" in " ".join(done.output.split())
    done = CliRunner().invoke(command, [str(CASE), "--resamples", "5", "--json"])
    assert '"alpha": null' in done.output
