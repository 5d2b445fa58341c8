"""Estimates of runs, their bounds, and which of them are outliers."""

import math
import random
import statistics


def known(values):
    return [value for value in values if value is not None]


def median(values):
    values = known(values)
    return statistics.median(values) if values else None


def quantile(values, q):
    """Definition 7 of Hyndman and Fan."""
    values = sorted(known(values))
    if not values:
        return None
    position = (len(values) - 1) * q
    lower = math.floor(position)
    upper = min(lower + 1, len(values) - 1)
    return values[lower] + (position - lower) * (values[upper] - values[lower])


def cut(a, b, error):
    """How many of the pairs are beyond each bound: the greatest k such that
    fewer than k pairs with x > y come with a probability of error / 2 at most,
    by counting the orders of a and b values."""
    ways = {}

    def orders(i, j, u):
        if u < 0:
            return 0
        if i == 0 or j == 0:
            return int(u == 0)
        if (i, j, u) not in ways:
            ways[i, j, u] = orders(i - 1, j, u - j) + orders(i, j - 1, u)
        return ways[i, j, u]

    all_orders = math.comb(a + b, a)
    below = 0
    for k in range(a * b // 2 + 1):
        below += orders(a, b, k)
        if below / all_orders > error / 2:
            return k
    return a * b // 2 + 1


def ratio(over, under, error):
    """Hodges and Lehmann, with the bounds of Mann and Whitney."""
    if not over or not under:
        return {"value": None, "low": None, "high": None}
    if over is under:
        return {"value": 1, "low": 1, "high": 1}
    pairs = sorted(x / y for x in over for y in under)
    middle = math.sqrt(pairs[(len(pairs) - 1) // 2] * pairs[len(pairs) // 2])
    k = cut(len(over), len(under), error)
    if min(len(over), len(under)) < 5 or k == 0:
        return {"value": middle, "low": None, "high": None}
    return {"value": middle, "low": pairs[k - 1], "high": pairs[-k]}


def by_seed(runs):
    groups = {}
    for run in runs:
        groups.setdefault(run["seed"], []).append(run["observed"])
    return groups


def t_bound(chance, degrees):
    """The t that Student's is beyond, on either side, with that probability:
    by the integral of its density."""
    def density(x):
        return (1 + x * x / degrees) ** (-(degrees + 1) / 2)

    scale = (math.gamma((degrees + 1) / 2) / math.gamma(degrees / 2)
             / math.sqrt(degrees * math.pi))
    step, t, inside = .001, 0.0, 0.0
    while inside < 1 - chance and t < 1000:
        inside += 2 * scale * step * (density(t) + density(t + step)) / 2
        t += step
    return t


def weathers_ratio(over, under, error):
    """The geometric mean of the ratios under each seed, with bounds by samples
    of the seeds and, of each, of the runs."""
    over, under = by_seed(over), by_seed(under)
    seeds = sorted(set(over) & set(under))
    if not seeds:
        return {"value": None, "low": None, "high": None}

    def middle(a, b):
        logs = sorted(math.log(x / y) for x in a for y in b)
        return (logs[(len(logs) - 1) // 2] + logs[len(logs) // 2]) / 2

    value = statistics.fmean(middle(over[s], under[s]) for s in seeds)
    if len(seeds) < 5:
        return {"value": math.exp(value), "low": None, "high": None}
    draw = random.Random(1)
    samples = [statistics.fmean(
        middle(draw.choices(over[s], k=len(over[s])),
               draw.choices(under[s], k=len(under[s])))
        for s in draw.choices(seeds, k=len(seeds))) for _ in range(2000)]
    reach = (statistics.stdev(samples)
             * math.sqrt(len(seeds) / (len(seeds) - 1))
             * t_bound(error, len(seeds) - 1))
    return {"value": math.exp(value), "low": math.exp(value - reach),
            "high": math.exp(value + reach)}


def outliers(values):
    """Iglewicz and Hoaglin's modified z-score, of ten values or more."""
    if len(values) < 10:
        return [False] * len(values)
    middle = statistics.median(values)
    distances = [abs(value - middle) for value in values]
    unit = statistics.median(distances) / .6745
    if unit == 0:
        unit = statistics.fmean(distances) * 1.253314
    return [distance > 3.5 * unit and distance > .05 * middle
            for distance in distances]
