"""The exchange model in plain Python, to be read beside the text.

Stokman and Van Oosten (1994). Lists of lists ``[actor][issue]``; whoever is absent has a salience
of None. All candidates are worked out anew before every exchange.
"""

from dataclasses import dataclass
from itertools import combinations

TIE = 1e-12


@dataclass(frozen=True, kw_only=True)
class Trade:
    """Actor ``i`` moves on issue ``q`` by ``move_i``, and ``j`` on ``p`` by ``move_j``."""

    i: int
    q: int
    move_i: float
    j: int
    p: int
    move_j: float
    gain: float


@dataclass(frozen=True, kw_only=True)
class Run:
    trades: list[Trade]
    candidates: int
    voting: list[list[float]]
    outcomes: list[float]


def trade(x, s, c, *, least_gain=1e-9):
    """Exchange until nobody gains, from positions ``x``, saliences ``s`` and capabilities ``c``."""
    actors, issues = range(len(x)), range(len(x[0]))
    there = [[s[i][p] is not None for p in issues] for i in actors]
    s = [[s[i][p] or 0.0 for p in issues] for i in actors]
    w = [[c[i][p] * s[i][p] for p in issues] for i in actors]
    for p in issues:
        if sum(w[i][p] for i in actors) == 0:  # nobody has any weight: all count alike
            for i in actors:
                w[i][p] = float(there[i][p])
    k = [sum(w[i][p] for i in actors) for p in issues]

    def outcome(y, p):
        """o_p, the compromise."""
        return sum(w[i][p] * y[i][p] for i in actors) / k[p]

    def opposed(i, j, p):
        o = outcome(x, p)
        low, high = sorted((x[i][p], x[j][p]))
        return there[i][p] and there[j][p] and low < o - TIE and high > o + TIE

    candidates = [
        (i, j, p, q)
        for i, j in combinations(actors, 2)
        for p, q in combinations(issues, 2)
        if opposed(i, j, p) and opposed(i, j, q)
    ]
    v = [list(row) for row in x]
    trades = []
    while True:
        best = None
        for i, j, p, q in candidates:
            # Both directions are tried; at most one of them gains.
            for get, give in ((p, q), (q, p)):
                offer = terms(x, v, s, w, k, i, j, get, give)
                least = least_gain if best is None else best.gain + TIE
                if offer is not None and offer.gain > least:
                    best = offer
        if best is None:
            return Run(
                trades=trades,
                candidates=len(candidates),
                voting=v,
                outcomes=[outcome(v, p) for p in issues],
            )
        v[best.i][best.q] += best.move_i
        v[best.j][best.p] += best.move_j
        trades.append(best)


def terms(x, v, s, w, k, i, j, p, q):
    """The exchange in which j gives p to i, and i gives q to j, at equal gain."""
    room_j = abs(x[i][p] - v[j][p]) if ahead(x[j][p], v[j][p], x[i][p]) else 0.0
    room_i = abs(x[j][q] - v[i][q]) if ahead(x[i][q], v[i][q], x[j][q]) else 0.0
    if room_i <= TIE or room_j <= TIE or w[i][q] == 0 or w[j][p] == 0:
        return None
    if s[i][p] + s[j][p] == 0 or s[i][q] + s[j][q] == 0:
        return None
    move_j = room_j  # first, j moves all the way
    dp = move_j * w[j][p] / k[p]
    dq = dp * (s[i][p] + s[j][p]) / (s[i][q] + s[j][q])
    move_i = dq * k[q] / w[i][q]
    if move_i > room_i:  # which asks too much of i: then i does
        move_i = room_i
        dq = move_i * w[i][q] / k[q]
        dp = dq * (s[i][q] + s[j][q]) / (s[i][p] + s[j][p])
        move_j = dp * k[p] / w[j][p]
    gain = dp * s[i][p] - dq * s[i][q]
    up_i, up_j = x[j][q] > x[i][q], x[i][p] > x[j][p]
    return Trade(
        i=i, q=q, move_i=move_i if up_i else -move_i,
        j=j, p=p, move_j=move_j if up_j else -move_j, gain=gain,
    )  # fmt: skip


def ahead(start, now, goal):
    """Whether the goal is still ahead of one who set out from ``start``."""
    return (goal - start) * (goal - now) > 0
