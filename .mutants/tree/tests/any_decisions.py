"""Tables of decisions made up for tests: own numbers, outcomes from a known recipe."""

import numpy as np

from winset.formats.decisions import read_decisions

ACTORS = ("ash", "birch", "cedar", "elm", "fir", "hazel")
HEADER = "issue,group,title,actor,position,salience,influence,reversion,outcome,rule"


def made_up(groups=12, each=2, *, seed=5, won=0.2, error=0.8):
    """Return CSV: outcomes are the weighted mean plus an error, or (``won``) a tree's position."""
    random = np.random.default_rng(seed)
    lines = [HEADER]
    for g in range(groups):
        common = random.normal(0, 0.3)
        for k in range(each):
            position = np.round(random.uniform(0, 100, len(ACTORS)))
            salience = np.round(random.uniform(20, 100, len(ACTORS)))
            influence = random.integers(1, 11, len(ACTORS))
            weight = salience * influence
            mean = np.average(position, weights=weight)
            spread = np.sqrt(np.average((position - mean) ** 2, weights=weight))
            outcome = mean + error * spread * (random.normal() + common)
            if random.random() < won:
                outcome = random.choice(position, p=weight / weight.sum())
            outcome = round(float(np.clip(outcome, 0, 100)), 1)
            reversion = "" if k else f"{random.integers(0, 101)}"
            rule = ("QMV", "unanimity")[g % 2]
            lines += [
                f"i{g}-{k},g{g},Forest {g} <tree>,{actor},{p:g},{s:g},{w},{reversion},{outcome},"
                f"{rule}"
                for actor, p, s, w in zip(ACTORS, position, salience, influence, strict=True)
            ]
    return "\n".join(lines) + "\n"


def read(tmp_path, text, name="trees.csv"):
    """Return the decisions in ``text``."""
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return read_decisions(path)
