"""The spatial model in plain Python, step by step, to be read beside the paper.

Wise, Lester and Efird (2015), steps 1 to 10. Lists of floats, no arrays, no shortcuts: every
quantity is worked out where the text names it, and who takes no part is left out beforehand. Sums
run in index order, as in the kernel.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Point = list[float]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """One choice for each option of the text; the defaults are those in bold there."""

    vote: str = "proportional"
    victory: str = "linear"
    election: str = "conditional"
    risk: str = "mid"
    views: float = 1 / 3
    third_parties: str = "semi-committed"
    bargain: str = "s2p2"
    interim: str = "deterministic"
    max_turns: int = 100
    stop: float = 0.02


@dataclass(frozen=True, kw_only=True)
class Run:
    """Positions on every turn, the probability of each actor's position there, and the end."""

    positions: list[list[Point]]
    probabilities: list[list[float]]
    settlements: list[Point]
    converged: bool


def play(
    position: Sequence[Sequence[float]],
    salience: Sequence[Sequence[float]],
    capability: Sequence[float],
    rules: Rules,
    *,
    interdependence: Sequence[Sequence[float]] | None = None,
    uniform: Callable[[int, int], float] | None = None,
) -> Run:
    """Play one run.

    ``interdependence`` is A of step 9, the identity if None; ``uniform(turn, actor)`` feeds the
    stochastic interim vote.
    """
    n = len(position)
    x = [list(point) for point in position]
    y = [list(point) for point in position]
    states, moves = [x], []
    probability, settlement = outcome(x, y, salience, capability, rules)
    probabilities, settlements = [probability], [settlement]
    turn = 0
    while True:
        turn += 1
        draws = [uniform(turn, k) for k in range(n)] if uniform else [0.0] * n
        moved = one_turn(x, y, salience, capability, rules, draws)
        moves.append(add(length(moved[i], x[i]) for i in range(n)))
        x = moved
        y = ideals(x, y, interdependence)
        states.append(x)
        probability, settlement = outcome(x, y, salience, capability, rules)
        probabilities.append(probability)
        settlements.append(settlement)
        settled = turn >= 2 and moves[-1] / (moves[0] + 1e-4) < rules.stop  # step 10
        if settled or turn >= rules.max_turns:
            return Run(
                positions=states,
                probabilities=probabilities,
                settlements=settlements,
                converged=settled,
            )


def one_turn(x, y, s, c, rules, draws):
    """Steps 1 to 8: where everybody goes."""
    moved = []
    for k, (states, p) in enumerate(queues(x, y, s, c, rules)):
        chosen = sample(p, draws[k]) if rules.interim == "stochastic" else p.index(max(p))
        moved.append(states[chosen][k])  # step 8
    return moved


def queues(x, y, s, c, rules):
    """Steps 1 to 7: for every actor the states that it chooses from, and their probabilities."""
    n = len(x)
    d = distances(y, x, s)
    r = risks(d, c, rules)
    offers = []
    for i in range(n):
        target, phi = best_target(i, d, r, s, c, rules)
        if target is not None:
            offers.append((i, target, *bargain(x[i], x[target], s[i], s[target], phi, rules)))

    def worth(h, state):  # step 7: the mean of h's own utility over the positions of a state
        return add(utility(distance(y[h], point, s[h]), r[h]) for point in state) / n

    lines = []
    for k in range(n):
        states = [x]
        for i, j, b_i, b_j in offers:
            if k in (i, j):  # step 6
                state = list(x)
                state[i], state[j] = b_i, b_j
                states.append(state)
        values = [[worth(h, state) for state in states] for h in range(n)]
        lines.append((states, elect(values, c, rules)))
    return lines


def sample(p, u):
    """First option whose cumulated probability exceeds u."""
    total = 0.0
    for option, share in enumerate(p):
        total += share
        if u < total:
            return option
    return len(p) - 1


def add(terms):
    """The sum from left to right: ``sum`` corrects its rounding from Python 3.12 on."""
    total = 0.0
    for term in terms:
        total += term
    return total


def length(a, b):
    return math.sqrt(add((p - q) * (p - q) for p, q in zip(a, b, strict=True)))


def distance(y_i, x_j, s_i):
    if len(y_i) == 1:
        return abs(y_i[0] - x_j[0])
    gaps = [s * (y - x) for s, y, x in zip(s_i, y_i, x_j, strict=True)]
    return math.sqrt(add(gap * gap for gap in gaps) / add(s * s for s in s_i))


def distances(y, x, s):
    return [[distance(y[i], x_j, s[i]) for x_j in x] for i in range(len(y))]


def utility(d, r):
    return (1 - d) * (1 + r * d) if d <= 1 else (1 - d) * (1 + r)


def vote(w, du, rules):
    binary = min(max(du / 1e-8, -1.0), 1.0)
    return {
        "binary": w * binary,
        "propbin": w * (0.8 * du + 0.2 * binary),
        "proportional": w * du,
        "propcubic": w * (0.5 * du + 0.5 * (du * du * du)),
        "cubic": w * (du * du * du),
    }[rules.vote]


def victory(c_ab, c_ba, rules):
    """Probability that a beats b."""
    linear = c_ab / (c_ab + c_ba)
    if rules.victory == "linear":
        return linear
    if rules.victory == "binary":
        if c_ab / c_ba >= 1.1:
            return 1 / (1 + 1e-6)
        if c_ba / c_ab >= 1.1:
            return 1e-6 / (1 + 1e-6)
        return min(max((2.1 * linear - 1) / 0.1, 0.0), 1.0)
    for _ in range({"square": 1, "quartic": 2, "octic": 3}[rules.victory]):
        c_ab, c_ba = c_ab * c_ab, c_ba * c_ba
    return c_ab / (c_ab + c_ba)


def elect(u, c, rules):
    """Probabilistic Condorcet election: u[i][a] is actor i's utility of option a."""
    m = len(u[0])
    P = [[0.5] * m for _ in range(m)]
    for a in range(m):
        for b in range(a + 1, m):
            c_ab, c_ba = 1e-8, 1e-8
            for i in range(len(u)):
                v = vote(c[i], u[i][a] - u[i][b], rules)
                c_ab += max(v, 0.0)
                c_ba += max(-v, 0.0)
            P[a][b], P[b][a] = victory(c_ab, c_ba, rules), victory(c_ba, c_ab, rules)
    return markov(P) if rules.election == "markov" else conditional(P)


def conditional(P):
    product = [math.prod(row) for row in P]
    if add(product) < 1e-290:  # every product has run out of floating point: scale them
        logs = [add(math.log(max(p, 1e-300)) for p in row) for row in P]
        product = [math.exp(log - max(logs)) for log in logs]
    return [p / add(product) for p in product]


def markov(P):
    m = len(P)
    p = [1 / m] * m
    while True:
        q = [add(P[a][b] * (p[a] + p[b]) for b in range(m)) / m for a in range(m)]
        change = max(abs(new - old) for new, old in zip(q, p, strict=True))
        p = [(new + old) / 2 for new, old in zip(p, q, strict=True)]
        if change <= 1e-6:
            return p


def risks(d, c, rules):
    """Step 1."""
    p = elect([[utility(d_ij, 0.0) for d_ij in row] for row in d], c, rules)
    lo, hi = min(p), max(p)
    if hi == lo:
        return [0.0] * len(p)
    return {
        "min": [(q - lo) / (hi - lo) for q in p],
        "mid": [(3 * q - (hi + 2 * lo)) / (2 * (hi - lo)) for q in p],
        "max": [(2 * q - (hi + lo)) / (hi - lo) for q in p],
    }[rules.risk]


def view(h, d, r, rules):
    """Step 2: everybody's utility of every position as h sees it."""
    a, n = rules.views, len(d)
    return [[utility(d[m][k], (1 - a) * r[h] + a * r[m]) for k in range(n)] for m in range(n)]


def gain(i, j, U, s, c, rules):
    """Step 3 for h = k = i: what i expects of challenging j, and its chance phi."""
    n = len(U)
    S = [add(s_m) for s_m in s]
    W = [S[m] * c[m] for m in range(n)]
    va = vote(W[i], U[i][i] - U[i][j], rules)
    vb = vote(W[j], U[j][i] - U[j][j], rules)
    ci = 1e-10 + max(va, 0.0) + max(vb, 0.0)
    cj = 1e-10 + max(-va, 0.0) + max(-vb, 0.0)
    C1, C2 = ci, cj
    for m in range(n):
        if m in (i, j) or rules.third_parties != "semi-committed":
            continue
        v0 = vote(W[m], U[m][i] - U[m][j], rules)
        q = (ci + max(v0, 0.0)) / (ci + max(v0, 0.0) + cj + max(-v0, 0.0))
        join_i = q * (2 * U[m][i] + U[m][m]) + (1 - q) * (3 * U[m][j])
        join_j = q * (3 * U[m][i]) + (1 - q) * (2 * U[m][j] + U[m][m])
        v = vote(W[m], join_i - join_j, rules)
        C1 += max(v, 0.0)
        C2 += max(-v, 0.0)
    phi = C1 / (C1 + C2)
    contest = phi * (2 * U[i][i]) + (1 - phi) * (2 * U[i][j])
    challenge = (1 - S[j]) * (2 * U[i][i]) + S[j] * contest
    return challenge - (U[i][i] + U[i][j]), phi


def best_target(i, d, r, s, c, rules):
    """Step 4."""
    U = view(i, d, r, rules)
    best, target, chance = 1e-5, None, 0.5
    for j in range(len(d)):
        if j != i:
            value, phi = gain(i, j, U, s, c, rules)
            if value > best:
                best, target, chance = value, j, phi
    return target, chance


def bargain(x_i, x_j, s_i, s_j, phi, rules):
    """Step 5."""
    e = 1e-6
    b_i, b_j = [], []
    for k in range(len(x_i)):
        w_i, w_j = s_i[k] * phi, s_j[k] * (1 - phi)
        if rules.bargain == "s2p2":
            w_i, w_j = w_i * w_i, w_j * w_j
        b_i.append(round4(((w_i + e) * x_i[k] + w_j * x_j[k]) / (w_i + w_j + e)))
        b_j.append(round4((w_i * x_i[k] + (w_j + e) * x_j[k]) / (w_i + w_j + e)))
    return b_i, b_j


def round4(z):
    return math.floor(z * 1e4 + 0.5) / 1e4


def ideals(x, y, A):
    """Step 9."""
    if A is None:
        return x
    return [
        [
            add(A[i][j] * x[j][k] for j in range(len(x))) + (1 - add(A[i])) * y[i][k]
            for k in range(len(y[i]))
        ]
        for i in range(len(y))
    ]


def outcome(x, y, s, c, rules):
    """The probability of each actor's position, and the mean over the distinct ones."""
    n = len(x)
    r = risks(distances(y, x, s), c, rules)
    first: list[int] = []
    for i in range(n):
        if not any(length(x[i], x[a]) < 1e-3 for a in first):
            first.append(i)
    u = [[utility(distance(y[i], x[a], s[i]), r[i]) for a in first] for i in range(n)]
    p = elect(u, c, rules)
    settlement = [
        add(p_a * x[a][k] for p_a, a in zip(p, first, strict=True)) for k in range(len(x[0]))
    ]
    # The reference program lists an actor near to two distinct positions with the later one.
    listed = [
        [p_a for p_a, a in zip(p, first, strict=True) if length(x[i], x[a]) < 1e-3][-1]
        for i in range(n)
    ]
    return listed, settlement
