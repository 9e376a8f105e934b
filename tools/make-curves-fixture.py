"""Makes tests/fixtures/evaluation-curves/cases.json: curves of invented scores as scikit-learn computes them.

Command, from the repository root:
    python tools/make-curves-fixture.py

Versions: Python 3, scikit-learn 1.9.1, numpy (the fixture records which). Seed: 20240608 (numpy.random.default_rng).
Labels and scores are invented; no article is involved. Scores are single precision, as newsclf keeps them.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, log_loss, precision_recall_curve

SEED = 20240608
N_BINS = 15
TARGET = pathlib.Path(__file__).resolve().parent.parent / "tests/fixtures/evaluation-curves/cases.json"


def curve(is_label, scores):
    """Thresholds falling, each with its recall and precision; scikit-learn's last point (0, 1) has no threshold."""
    precision, recall, thresholds = precision_recall_curve(is_label, scores)
    points = np.column_stack([recall[:-1], precision[:-1], thresholds])[::-1]
    return {"averagePrecision": average_precision_score(is_label, scores), "points": points.tolist()}


def case(name, true_indices, scores):
    scores = np.asarray(scores, dtype=np.float32).astype(np.float64)
    top = scores.max(axis=1)
    is_correct = scores.argmax(axis=1) == true_indices
    share, mean = calibration_curve(is_correct, top, n_bins=N_BINS, strategy="uniform")
    counts = np.histogram(top, bins=np.linspace(0, 1, N_BINS + 1))[0]
    counts = counts[counts > 0]
    return {
        "name": name,
        "trueIndices": true_indices.tolist(),
        "scores": scores.tolist(),
        "expected": {
            "curves": [curve(true_indices == label, scores[:, label]) for label in range(scores.shape[1])],
            # Bins with documents, from low to high.
            "reliability": np.column_stack([counts, mean, share]).tolist(),
            "expectedCalibrationError": float(np.sum(counts * np.abs(share - mean)) / len(top)),
            "logLoss": log_loss(true_indices, scores, labels=range(scores.shape[1])),
        },
    }


def draw(rng, n_documents, n_labels, strength):
    true_indices = rng.integers(n_labels, size=n_documents)
    true_indices[:n_labels] = np.arange(n_labels)
    scores = rng.dirichlet(np.ones(n_labels), size=n_documents)
    scores[np.arange(n_documents), true_indices] += strength * rng.random(n_documents)
    return true_indices, scores / scores.sum(axis=1, keepdims=True)


def main():
    rng = np.random.default_rng(SEED)
    cases = [case("three labels", *draw(rng, 90, 3, 0.7)), case("seven labels", *draw(rng, 90, 7, 0.5))]
    true_indices, scores = draw(rng, 80, 2, 0.6)
    # Sixty-fourths: many documents share a score, and no score but 1 is the edge of a bin.
    first = np.clip(np.round(scores[:, 0] * 64), 0, 64) / 64
    cases.append(case("scores that many documents share", true_indices, np.column_stack([first, 1 - first])))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    content = {"tool": f"scikit-learn {sklearn.__version__}", "numpy": np.__version__, "seed": SEED, "cases": cases}
    TARGET.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
