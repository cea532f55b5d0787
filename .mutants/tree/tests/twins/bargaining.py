"""The baselines as the textbooks write them, slowly. Rows are (position, weight)."""


def mean_twin(rows):
    total = sum(w for _, w in rows)
    return sum(x * w for x, w in rows) / total


def median_twin(rows):
    """The lowest position at which at least half of the weight lies at or below."""
    total = sum(w for _, w in rows)
    for x, w in sorted(rows):
        below = sum(v for y, v in rows if y <= x)
        if w > 0 and below >= total / 2 - 1e-12 * total:
            return x
    return None


def nash_twin(rows, q, loss, steps=2000):
    """The best point of a grid, by the product of gains; None if all points hurt somebody."""
    power = 2 if loss == "quadratic" else 1
    total = sum(w for _, w in rows)
    best, found = -1.0, None
    for k in range(steps + 1):
        y = k / steps
        product = 1.0
        for x, w in rows:
            if w > 0:
                gain = abs(q - x) ** power - abs(y - x) ** power
                product *= max(gain, 0.0) ** (w / total)
        if product > best and product > 0:
            best, found = product, y
    return found
