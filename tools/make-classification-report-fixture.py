"""Makes tests/fixtures/classification-report/cases.json: scores of invented predictions as scikit-learn computes them.

Command, from the repository root:
    python tools/make-classification-report-fixture.py

Versions: Python 3, scikit-learn 1.9.1, numpy (the fixture records which). Seed: 20240607 (numpy.random.default_rng).
Labels and predictions are invented; no article is involved.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.metrics import (
    accuracy_score,
    classification_report,
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
)

SEED = 20240607
TARGET = pathlib.Path(__file__).resolve().parent.parent / "tests/fixtures/classification-report/cases.json"

NEWS = ["IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치"]


def null_for_nan(value):
    return None if np.isnan(value) else float(value)


def draw(rng, labels, weights, n_documents, strength):
    """True labels by weight, Dirichlet scores leaning to the true label."""
    true_indices = rng.choice(len(labels), size=n_documents, p=np.asarray(weights) / np.sum(weights))
    scores = rng.dirichlet(np.ones(len(labels)), size=n_documents)
    scores[np.arange(n_documents), true_indices] += strength * rng.random(n_documents)
    scores /= scores.sum(axis=1, keepdims=True)
    return [labels[i] for i in true_indices], scores


def case(name, labels, true_labels, scores):
    scores = np.asarray(scores, dtype=np.float64)
    predicted = [labels[i] for i in scores.argmax(axis=1)]
    precision, recall, f1, support = precision_recall_fscore_support(
        true_labels, predicted, labels=labels, zero_division=np.nan
    )
    report = classification_report(true_labels, predicted, labels=labels, zero_division=0, output_dict=True)
    known = [i for i, label in enumerate(true_labels) if label in labels]
    # log_loss refuses fewer than two labels, and true labels that are not among them.
    has_loss = len(labels) > 1 and known
    # log_loss takes the columns for sorted labels, whatever the order of `labels`.
    order = np.argsort(labels)
    loss = log_loss([true_labels[i] for i in known], scores[known][:, order], labels=labels) if has_loss else None
    matrix = confusion_matrix(true_labels, predicted, labels=labels).tolist() if known else None
    return {
        "name": name,
        "labels": labels,
        "trueLabels": true_labels,
        "scores": scores.tolist(),
        "expected": {
            "precision": [null_for_nan(value) for value in precision],
            "recall": [null_for_nan(value) for value in recall],
            "f1": [null_for_nan(value) for value in f1],
            "support": support.tolist(),
            "accuracy": accuracy_score(true_labels, predicted),
            "macro": [report["macro avg"][key] for key in ("precision", "recall", "f1-score")],
            "weighted": [report["weighted avg"][key] for key in ("precision", "recall", "f1-score")],
            "confusion": matrix,
            "logLoss": loss,
        },
    }


def main():
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(SEED)
    cases = []

    true_labels, scores = draw(rng, NEWS, [1, 2, 4, 1, 2, 3, 2], 120, 0.8)
    cases.append(case("seven labels of unequal size", NEWS, true_labels, scores))

    true_labels, scores = draw(rng, ["가", "나", "다"], [1, 1, 0], 30, 0.5)
    cases.append(case("a label that no document has, but some get", ["가", "나", "다"], true_labels, scores))

    true_labels, scores = draw(rng, ["가", "나", "다"], [2, 2, 1], 30, 0.5)
    scores[:, 2] = 0.0
    scores /= scores.sum(axis=1, keepdims=True)
    cases.append(case("a label that is never predicted, with scores of 0", ["가", "나", "다"], true_labels, scores))

    true_labels, scores = draw(rng, ["가", "나"], [1, 1], 20, 0.5)
    scores = np.hstack([scores, np.zeros((20, 1))])
    cases.append(case("a label neither present nor predicted", ["가", "나", "다"], true_labels, scores))

    cases.append(case("one label only", ["가"], ["가"] * 4, np.ones((4, 1))))

    true_labels, scores = draw(rng, ["가", "나", "다"], [1, 2, 3], 40, 0.8)
    true_labels = ["모름" if i % 7 == 0 else "낯섦" if i % 11 == 0 else label for i, label in enumerate(true_labels)]
    cases.append(case("true labels that the model does not know", ["가", "나", "다"], true_labels, scores))

    _, scores = draw(rng, ["가", "나"], [1, 1], 5, 0.5)
    cases.append(case("nothing but unknown labels", ["가", "나"], ["모름"] * 5, scores))

    true_labels, scores = draw(rng, ["b", "a", "c"], [1, 1, 1], 25, 2.0)
    cases.append(case("labels that are not sorted", ["b", "a", "c"], true_labels, scores))

    cases.append(case("no correct prediction", ["가", "나"], ["가", "나", "나"], [[0.2, 0.8], [0.7, 0.3], [1.0, 0.0]]))

    TARGET.parent.mkdir(parents=True, exist_ok=True)
    content = {"tool": f"scikit-learn {sklearn.__version__}", "numpy": np.__version__, "seed": SEED, "cases": cases}
    TARGET.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
