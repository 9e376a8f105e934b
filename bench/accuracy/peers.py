"""The Python peers of bench/accuracy/compare.ts, which starts this program.

    python bench/accuracy/peers.py tune <folder> <peer>
    python bench/accuracy/peers.py run <folder> <peer> <seed> <settings as JSON>

peer: LinearSVC, LogisticRegression, ComplementNB, MLPClassifier (scikit-learn), PyTorch or fastText. Reads train.jsonl
and, in a run, test.jsonl: one document a line, {"label", "text", "terms"}. All but fastText see uni- and bigrams of the
terms and character 2-4-grams of the text within words, two blocks of unit length of TF-IDF with sublinear tf of terms
in two documents or more; fastText makes its own n-grams of the terms.

tune prints the settings with the best macro-F1 on a fifth of the training documents, learned from the others (of the
peers that do not care for the number of epochs: from 16,000 of them at most). run learns from all training documents
with those settings, writes predictions.json (a label for each test document) and prints its times and sizes. The time
of training goes from the file to the saved model, without the start of the interpreter.
"""

import itertools
import json
import os
import resource
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import joblib  # noqa: E402  (after the number of threads)
import numpy as np  # noqa: E402
import sklearn  # noqa: E402
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.feature_selection import SelectKBest, chi2  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.metrics import f1_score  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.naive_bayes import ComplementNB  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import FeatureUnion  # noqa: E402
from sklearn.svm import LinearSVC  # noqa: E402

N_SEARCHED = 20_000
MAX_EPOCHS = 4


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return rows, np.array([row["label"] for row in rows])


def terms_of(row):
    return row["terms"]


def text_of(row):
    return row["text"]


def vectorizer():
    words = TfidfVectorizer(
        tokenizer=terms_of, preprocessor=None, lowercase=False, token_pattern=None,
        ngram_range=(1, 2), min_df=2, sublinear_tf=True, dtype=np.float32,
    )
    characters = TfidfVectorizer(
        preprocessor=text_of, analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True, dtype=np.float32,
    )
    return FeatureUnion([("words", words), ("characters", characters)])


class Estimator:
    """A scikit-learn classifier that is fitted in one call."""

    is_capped = True
    version = f"scikit-learn {sklearn.__version__}"

    def __init__(self, make, **grid):
        self.make, self.grid = make, grid

    def fit(self, rows, labels, seed, settings):
        self.vectorizer = vectorizer()
        matrix = self.vectorizer.fit_transform(rows)
        self.model = self.make(seed, **settings).fit(matrix, labels)

    def predict(self, rows):
        return self.model.predict(self.vectorizer.transform(rows))

    def save(self, path):
        joblib.dump((self.vectorizer, self.model), path)


class Epochs:
    """A peer whose number of epochs is chosen with its settings, by one run that is looked at after each of them."""

    is_capped = False

    def fit(self, rows, labels, seed, settings):
        *_, = self.epochs(rows, labels, seed, {**settings})


class SklearnMlp(Epochs):
    """MLPClassifier on the 20,000 best terms by chi-squared: it moves every weight at each step."""

    grid = {"learning_rate_init": [1e-3, 3e-3]}
    version = Estimator.version

    def epochs(self, rows, labels, seed, settings):
        n_epochs = settings.pop("epochs", MAX_EPOCHS)
        self.vectorizer = vectorizer()
        matrix = self.vectorizer.fit_transform(rows)
        self.selection = SelectKBest(chi2, k=min(20_000, matrix.shape[1])).fit(matrix, labels)
        matrix = self.selection.transform(matrix)
        self.model = MLPClassifier((64,), batch_size=128, random_state=seed, **settings)
        random = np.random.default_rng(seed)
        for _ in range(n_epochs):
            order = random.permutation(len(labels))
            for start in range(0, len(order), 128):
                batch = order[start : start + 128]
                self.model.partial_fit(matrix[batch], labels[batch], classes=np.unique(labels))
            yield

    def predict(self, rows):
        return self.model.predict(self.selection.transform(self.vectorizer.transform(rows)))

    save = Estimator.save


class Torch(Epochs):
    """A network of four dense layers as ours: an EmbeddingBag over the terms, batch norm, ReLU and dropout."""

    grid = {"rate": [1e-3, 3e-3], "input_dropout": [0.5]}

    def __init__(self):
        import torch

        torch.set_num_threads(1)
        self.torch, self.version = torch, f"PyTorch {torch.__version__.split('+')[0]}"

    def batch(self, matrix, rows, dropout=0.0, random=None):
        part = matrix[rows]
        columns, values = self.torch.from_numpy(part.indices.astype(np.int64)), self.torch.from_numpy(part.data)
        if dropout > 0:
            values = values * self.torch.from_numpy(
                ((random.random(len(part.data)) >= dropout) / (1 - dropout)).astype(np.float32)
            )
        return columns, self.torch.from_numpy(part.indptr[:-1].astype(np.int64)), values

    def epochs(self, rows, labels, seed, settings):
        torch, nn = self.torch, self.torch.nn
        torch.manual_seed(seed)
        random = np.random.default_rng(seed)
        self.vectorizer = vectorizer()
        matrix = self.vectorizer.fit_transform(rows)
        self.labels, numbers, counts = np.unique(labels, return_inverse=True, return_counts=True)

        class Net(nn.Module):
            def __init__(self, n_terms, n_labels):
                super().__init__()
                self.bag = nn.EmbeddingBag(n_terms, 128, mode="sum", sparse=True)
                nn.init.uniform_(self.bag.weight, -0.01, 0.01)
                self.rest = nn.Sequential(
                    nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 64),
                    nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 64),
                    nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, n_labels),
                )

            def forward(self, columns, offsets, values):
                return self.rest(self.bag(columns, offsets, per_sample_weights=values))

        self.net = Net(matrix.shape[1], len(self.labels))
        weights = torch.tensor(len(labels) / len(self.labels) / counts, dtype=torch.float32)
        loss_of = nn.CrossEntropyLoss(weight=weights, label_smoothing=0.05)
        optimizers = [
            torch.optim.SparseAdam(self.net.bag.parameters(), lr=settings["rate"]),
            torch.optim.AdamW(self.net.rest.parameters(), lr=settings["rate"]),
        ]
        targets = torch.from_numpy(numbers.astype(np.int64))
        for _ in range(settings.get("epochs", MAX_EPOCHS)):
            self.net.train()
            order = random.permutation(len(labels))
            for start in range(0, len(order) - 1, 128):
                chosen = order[start : start + 128]
                loss = loss_of(self.net(*self.batch(matrix, chosen, settings["input_dropout"], random)), targets[chosen])
                for optimizer in optimizers:
                    optimizer.zero_grad()
                loss.backward()
                for optimizer in optimizers:
                    optimizer.step()
            yield

    def predict(self, rows):
        self.net.eval()
        with self.torch.no_grad():
            matrix = self.vectorizer.transform(rows)
            best = [
                self.net(*self.batch(matrix, np.arange(start, min(start + 1024, len(rows))))).argmax(1).numpy()
                for start in range(0, len(rows), 1024)
            ]
        return self.labels[np.concatenate(best)]

    def save(self, path):
        joblib.dump((self.vectorizer, self.net.state_dict()), path)


class FastText:
    """fastText's own n-grams: of terms up to two, and with minn and maxn of their characters."""

    is_capped = False
    grid = {"lr": [0.5], "epoch": [5, 15], "wordNgrams": [2], "maxn": [0, 4]}
    version = "fastText 0.9.2"

    def fit(self, rows, labels, seed, settings):
        import fasttext

        self.names = {label: f"__label__{i}" for i, label in enumerate(np.unique(labels))}
        path = os.path.join(folder, "fasttext.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{self.names[label]} {' '.join(row['terms'])}\n" for row, label in zip(rows, labels))
        minn = 2 if settings["maxn"] > 0 else 0
        self.model = fasttext.train_supervised(
            path, dim=50, bucket=200_000, minn=minn, seed=seed, thread=1, verbose=0, **settings
        )

    def predict(self, rows):
        label_of = {name: label for label, name in self.names.items()}
        # The Python wrapper's predict() fails on numpy 2; the class below it does not. No terms give no answer.
        answers = [self.model.f.predict(f"{' '.join(row['terms'])}\n", 1, 0.0, "strict") for row in rows]
        return np.array([label_of[answer[0][1]] if answer else next(iter(self.names)) for answer in answers])

    def save(self, path):
        self.model.save_model(path)


PEERS = {
    "LinearSVC": lambda: Estimator(
        lambda seed, **settings: LinearSVC(class_weight="balanced", random_state=seed, **settings),
        C=[0.05, 0.1, 0.2, 0.5, 1.0],
    ),
    "LogisticRegression": lambda: Estimator(
        lambda seed, **settings: LogisticRegression(class_weight="balanced", max_iter=100, **settings),
        C=[3.0, 10.0],
    ),
    "ComplementNB": lambda: Estimator(
        lambda seed, **settings: ComplementNB(**settings), alpha=[0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
    ),
    "MLPClassifier": SklearnMlp,
    "PyTorch": Torch,
    "fastText": FastText,
}


def tune(peer):
    rows, labels = read(folder, "train.jsonl")
    chosen = np.arange(len(labels))
    if peer.is_capped and len(labels) > N_SEARCHED:
        chosen, _ = train_test_split(chosen, train_size=N_SEARCHED, stratify=labels, random_state=0)
    train, held = train_test_split(chosen, test_size=0.2, stratify=labels[chosen], random_state=0)
    train_rows, held_rows = [rows[i] for i in train], [rows[i] for i in held]

    def score():
        return f1_score(labels[held], peer.predict(held_rows), average="macro")

    scores = []
    for values in itertools.product(*peer.grid.values()):
        settings = dict(zip(peer.grid, values))
        if isinstance(peer, Epochs):
            for epoch, _ in enumerate(peer.epochs(train_rows, labels[train], 0, {**settings}), 1):
                scores.append((score(), {**settings, "epochs": epoch}))
        else:
            peer.fit(train_rows, labels[train], 0, settings)
            scores.append((score(), settings))
    best, settings = max(scores, key=lambda pair: pair[0])
    return {"version": peer.version, "validationMacroF1": best, "settings": settings}


def run(peer, seed, settings):
    start = time.perf_counter()
    rows, labels = read(folder, "train.jsonl")
    peer.fit(rows, labels, seed, settings)
    path = os.path.join(folder, "peer.model")
    peer.save(path)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows, _ = read(folder, "test.jsonl")
    with open(os.path.join(folder, "predictions.json"), "w", encoding="utf-8") as file:
        json.dump(peer.predict(rows).tolist(), file, ensure_ascii=False)
    return {"trainSeconds": seconds, "peakMegabytes": peak, "modelBytes": os.path.getsize(path)}


verb, folder, name, *rest = sys.argv[1:]
peer = PEERS[name]()
print(json.dumps(tune(peer) if verb == "tune" else run(peer, int(rest[0]), json.loads(rest[1]))))
