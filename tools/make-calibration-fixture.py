"""Makes tests/fixtures/calibration/cases.json: temperature and flattened share of invented scores, fitted by scipy.

Command, from the repository root:
    python tools/make-calibration-fixture.py

Versions: Python 3, numpy, scipy (the fixture records which). Seed: 20261129 (numpy.random.default_rng).
Scores and labels are invented; no article is involved. A share of the labels is drawn anew, so that they are wrong as labels of
news are. scipy maximises the likelihood of both numbers at once by L-BFGS-B with numerical gradients, from several starts.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.optimize import minimize

SEED = 20261129
MAX_TEMPERATURE = 20
TARGET = pathlib.Path(__file__).resolve().parent.parent / "tests/fixtures/calibration/cases.json"


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def fit(probabilities, labels):
    """Temperature, share and mean log-likelihood of whether the best label is right, with Platt's targets."""
    logits = np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))
    is_right = probabilities.argmax(axis=1) == labels
    n_right, n_wrong = is_right.sum(), (~is_right).sum()
    targets = np.where(is_right, (n_right + 1) / (n_right + 2), 1 / (n_wrong + 2))

    def loss(point):
        temperature, share = np.exp(point[0]), point[1]
        # What the best score lacks to 1: the others' sum, which keeps its digits where the score is next to 1.
        lack = (1 - share) * np.sort(softmax(logits / temperature), axis=1)[:, :-1].sum(axis=1)
        lack += share * np.sort(softmax(logits / temperature / 2), axis=1)[:, :-1].sum(axis=1)
        return -np.mean(targets * np.log1p(-lack) + (1 - targets) * np.log(lack))

    starts = [(np.log(t), w) for t in (1, 1.3, 2, 4, 12) for w in (0, 0.2, 0.6, 1)]
    bounds = [(0, np.log(MAX_TEMPERATURE)), (0, 1)]
    options = {"ftol": 1e-15, "gtol": 1e-10}
    best = min(
        (minimize(loss, start, bounds=bounds, method="L-BFGS-B", options=options) for start in starts),
        key=lambda result: result.fun,
    )
    return {"temperature": float(np.exp(best.x[0])), "flattenedShare": float(best.x[1]), "logLikelihood": -float(best.fun)}


def case(name, random, n_rows, n_labels, scale, sharpness, noise):
    """Logits of normal numbers, labels drawn from their softmax, some anew; the scores given are `sharpness` times as sure."""
    logits = scale * random.standard_normal((n_rows, n_labels))
    labels = np.array([random.choice(n_labels, p=row) for row in softmax(logits)])
    is_noise = random.random(n_rows) < noise
    labels[is_noise] = random.integers(0, n_labels, is_noise.sum())
    # Six digits, and single precision as newsclf keeps them.
    probabilities = np.round(softmax(sharpness * logits), 6).astype(np.float32).astype(np.float64)
    return {
        "name": name,
        "nLabels": n_labels,
        "probabilities": [float(f"{p:.6f}") for p in probabilities.ravel()],
        "labels": labels.tolist(),
        **fit(probabilities, labels),
    }


def main():
    random = np.random.default_rng(SEED)
    cases = [
        case("four labels, a tenth of them wrong", random, 400, 4, 3, 1.5, 0.1),
        case("seven labels, a fifth of them wrong", random, 300, 7, 4, 1, 0.2),
        case("two labels, right as often as said", random, 300, 2, 2, 1, 0),
        case("five labels, right more often than said", random, 200, 5, 2, 0.5, 0),
        case("five labels, twice too sure", random, 300, 5, 3, 2, 0),
        case("three labels, far too sure", random, 200, 3, 1, 9, 0.05),
    ]
    fixture = {"numpy": np.__version__, "scipy": scipy.__version__, "cases": cases}
    TARGET.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


main()
