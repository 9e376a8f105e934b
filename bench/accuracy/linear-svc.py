"""LinearSVC on the splits and morphemes that bench/accuracy/compare.ts writes; that program starts this one.

    python bench/accuracy/linear-svc.py <folder> <features>

features: unigrams (content morphemes) or rich (their uni- and bigrams, and character 2-4-grams within words, each block
of unit length). Both are TF-IDF with sublinear tf of terms in two documents or more. C is chosen by stratified 3-fold
macro-F1 on the training documents alone, on 20,000 of them at most. Reads train.jsonl and test.jsonl, writes
peer.joblib, prints one line of JSON. The time of training runs from the file to the saved model, without the start of
the interpreter and the choice of C; the peak is the process's after saving, before the test.
"""

import json
import os
import resource
import sys
import time

import joblib
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

CANDIDATES = [0.05, 0.1, 0.2, 0.5, 1.0]
N_SEARCHED = 20_000

folder, features = sys.argv[1:3]


def read(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return rows, [row["label"] for row in rows]


def terms_of(row):
    return row["terms"]


def text_of(row):
    return row["text"]


def words(ngram_range):
    return TfidfVectorizer(
        tokenizer=terms_of, preprocessor=None, lowercase=False, token_pattern=None,
        ngram_range=ngram_range, min_df=2, sublinear_tf=True,
    )


def vectorizer():
    if features == "unigrams":
        return words((1, 1))
    characters = TfidfVectorizer(
        preprocessor=text_of, analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True,
    )
    return FeatureUnion([("words", words((1, 2))), ("characters", characters)])


def svc(c):
    return LinearSVC(C=c, class_weight="balanced", random_state=0)


start = time.perf_counter()
rows, labels = read("train.jsonl")
fitted = vectorizer()
matrix = fitted.fit_transform(rows)
vectorized = time.perf_counter()

chosen = range(len(labels))
if len(labels) > N_SEARCHED:
    chosen, _ = train_test_split(chosen, train_size=N_SEARCHED, stratify=labels, random_state=0)
searched_matrix, searched_labels = matrix[chosen], [labels[row] for row in chosen]
folds = StratifiedKFold(3, shuffle=True, random_state=0)
scores = {
    c: cross_val_score(svc(c), searched_matrix, searched_labels, cv=folds, scoring="f1_macro").mean()
    for c in CANDIDATES
}
best = max(scores, key=scores.get)
searched = time.perf_counter()

model = svc(best).fit(matrix, labels)
joblib.dump((fitted, model), os.path.join(folder, "peer.joblib"))
saved = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

rows, labels = read("test.jsonl")
predicted = model.predict(fitted.transform(rows))
print(json.dumps({
    "version": sklearn.__version__,
    "c": best,
    "accuracy": accuracy_score(labels, predicted),
    "macroF1": f1_score(labels, predicted, average="macro"),
    "nDocuments": len(labels),
    "trainSeconds": vectorized - start + saved - searched,
    "searchSeconds": round(searched - vectorized, 2),
    "peakMegabytes": peak,
}))
