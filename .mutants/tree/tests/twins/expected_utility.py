"""The expected-utility model in plain Python, both variants, to be read beside the paper.

Scholz, Calbert and Smith (2011); equation numbers of the ICAART version. Lists of floats, sums over
third parties written out: O(actor³) a round. ``printed`` and ``replication`` differ in the five
points (a) to (e) marked below.
"""

from dataclasses import dataclass

TIE = 1e-12  # numbers closer than this are equal


@dataclass(frozen=True, kw_only=True)
class Run:
    """Positions, μ and the weighted mean after each round, the start included."""

    positions: list[list[float]]
    medians: list[float]
    means: list[float]
    moved_by: list[list[int]]


def play(x, s, c, *, variant="printed", rounds=10, q=1.0):
    """Play ``rounds`` rounds from positions ``x``, saliences ``s`` and capabilities ``c``."""
    x, w = list(x), weights(s, c)
    start = max(x) - min(x)
    positions, moved_by = [x], [[-1] * len(x)]
    for _ in range(rounds):
        span = start if variant == "replication" else max(x) - min(x)  # (e)
        own, other = challenges(x, s, w, span, variant=variant, q=q)
        x, movers = moves(x, own, other, variant)
        positions.append(x)
        moved_by.append(movers)
    return Run(
        positions=positions,
        medians=[median(y, w, variant) for y in positions],
        means=[mean(y, w) for y in positions],
        moved_by=moved_by,
    )


def weights(s, c):
    """w_i = c_i s_i; all alike where nobody has any."""
    w = [c_i * s_i for c_i, s_i in zip(c, s, strict=True)]
    return w if sum(w) > 0 else [1.0] * len(w)


def mean(x, w):
    return sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)) / sum(w)


def vote(x, w, j, k):
    """v(j, k), in units of the scale: how far the vote goes for position j over position k."""
    return sum(w_i * (abs(x_i - k) - abs(x_i - j)) for x_i, w_i in zip(x, w, strict=True))


def median(x, w, variant):
    """μ, the position that no other one beats."""
    margin = TIE * sum(w)
    if variant == "replication":  # (e) one challenger after the other
        winner = x[0]
        for j in x[1:]:
            if vote(x, w, j, winner) > margin:
                winner = j
        return winner
    unbeaten = [j for j in x if all(vote(x, w, k, j) <= margin for k in x)]
    return min(unbeaten)


def challenges(x, s, w, span, *, variant="printed", q=1.0):
    """A[i][j] and B[i][j]: i's expectations of challenging j, and of j's challenge, seen by i."""
    n = len(x)
    nothing = [[0.0] * n for _ in x]
    if span <= TIE:
        return nothing, nothing
    mu = median(x, w, variant)

    def chance(r):
        return global_success(x, w, r, span) if variant == "replication" else success(x, w)

    def expected(i, j, r, p):
        return expected_utility(x[i], x[j], s[j], r, p[i][j], mu, span, q)

    p, neutral = chance([1.0] * n), 1.0
    security = [sum(expected(j, i, neutral, p) for j in range(n) if j != i) for i in range(n)]
    r = risk_exponents(security)
    p = chance(r)
    own = [[expected(i, j, r[i], p) if i != j else 0.0 for j in range(n)] for i in range(n)]
    other = [
        # (b) seen with the viewer's own exponent; (c) resisted with the viewer's salience
        [
            expected(j, i, r[i] if variant == "replication" else r[j], p) if i != j else 0.0
            for j in range(n)
        ]
        for i in range(n)
    ]
    return own, other


def success(x, w):
    """P, eq. 31: the share of the support, weighted by what each third party has at stake."""
    n = len(x)
    p = [[0.5] * n for _ in x]
    for i in range(n):
        for j in range(n):
            if abs(x[i] - x[j]) <= TIE:
                continue
            stake = [abs(x_k - x[j]) - abs(x_k - x[i]) for x_k in x]
            total = sum(w_k * abs(a_k) for w_k, a_k in zip(w, stake, strict=True))
            if total > TIE * sum(w):
                backing = sum(w_k * a_k for w_k, a_k in zip(w, stake, strict=True) if a_k > 0)
                p[i][j] = backing / total
    return p


def global_success(x, w, r, span):
    """P of the replication variant (a): what i's backers gain, over all that there is to gain."""
    n = len(x)

    def u(k, y):
        gap = abs(x[k] - y)
        return (gap / span) ** r[k] if gap > TIE else 0.0

    loss = [[u(k, y) for y in x] for k in range(n)]
    total = sum(
        w[k] * abs(loss[k][a] - loss[k][b]) for k in range(n) for a in range(n) for b in range(n)
    )
    p = [[0.0] * n for _ in x]
    for i in range(n):
        for j in range(n):
            if abs(x[i] - x[j]) > TIE:  # (e) 0 where positions coincide
                gains = (max(0.0, w[k] * (loss[k][j] - loss[k][i])) for k in range(n))
                p[i][j] = sum(gains) / total
    return p


def expected_utility(x_i, x_j, s_j, r, p, mu, span, q):
    """E(i→j) of a challenger at ``x_i`` with exponent ``r``; eqs 15, 16 and 22-24."""
    d, m = abs(x_i - x_j) / span, abs(x_i - mu) / span
    succeed = 2 - 4 * (0.5 - 0.5 * d) ** r
    fail = 2 - 4 * (0.5 + 0.5 * d) ** r
    status_quo = 2 - 4 * 0.5**r
    better = 2 - 4 * (0.5 - 0.25 * (m + d)) ** r if m + d <= 2 else 2
    worse = 2 - 4 * (0.5 + 0.25 * (m + d)) ** r
    t = 1 if abs(x_i - mu) < abs(x_i - x_j) - TIE else 0
    fight = s_j * (p * succeed + (1 - p) * fail) + (1 - s_j) * succeed
    return fight - q * status_quo - (1 - q) * (t * better + (1 - t) * worse)


def risk_exponents(security):
    """r, eqs 32-34: whoever is least challenged has most to lose from a change."""
    low, high = min(security), max(security)
    if high - low <= 1e-9:
        return [1.0] * len(security)
    risk = [(2 * each - high - low) / (high - low) for each in security]
    return [(1 - each / 3) / (1 + each / 3) for each in risk]


def moves(x, own, other, variant):
    """Next positions, and whose offer each actor takes."""
    after, movers = [], []
    for i, x_i in enumerate(x):
        offers = [
            (j, *each)
            for j, x_j in enumerate(x)
            if abs(x_i - x_j) > TIE and (each := offer(x_i, x_j, own[i][j], other[i][j]))
        ]
        best = None
        for j, kind, target, coordinate in offers:
            cost = abs(target - x_i)
            if kind == 1 and variant == "replication":
                cost = coordinate  # (d)
            if best is None or kind < best[0] or (kind == best[0] and cost < best[1] - TIE):
                best = (kind, cost, target, j)
        after.append(best[2] if best else x_i)
        movers.append(best[3] if best else -1)
    return after, movers


def offer(x_i, x_j, a, b):
    """What moves i: the class of j's offer, where it takes i, and its coordinate for (d)."""
    if b <= TIE or abs(a) <= TIE:
        return None
    if b > a + TIE and a > 0:
        return 0, x_j, x_j  # confrontation
    if a < 0 and b > abs(a) + TIE:
        coordinate = (abs(a) * x_i + abs(b) * x_j) / (abs(a) + abs(b))
        return 1, x_i + (x_j - x_i) * abs(a / b), coordinate  # compromise
    if a < 0 and abs(a) > b + TIE:
        return 2, x_j, x_j  # capitulation
    return None
