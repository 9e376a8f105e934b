"""One training step of the peers, on the matrix that bench/training/compare.ts writes; that program starts this one.

    python bench/training/peers.py <folder> <peer> <threads>

peer: torch-dense (EmbeddingBag, AdamW over all parameters), torch-sparse (EmbeddingBag(sparse=True), SparseAdam for it,
AdamW for the rest) or sklearn (MLPClassifier.partial_fit on CSR rows). The same architecture, batches and learning rate
as ours; for each line on stdin it runs one block of steps and prints times per step and the mean loss as JSON.
scikit-learn has neither batch norm nor dropout, so its step does less.
"""

import json
import os
import sys
import time

folder, peer, n_threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(n_threads)

import numpy as np  # noqa: E402  (after the number of threads)
import scipy.sparse  # noqa: E402

with open(os.path.join(folder, "meta.json")) as file:
    meta = json.load(file)
indptr = np.fromfile(os.path.join(folder, "indptr.bin"), np.uint32).astype(np.int64)
indices = np.fromfile(os.path.join(folder, "indices.bin"), np.uint32).astype(np.int64)
data = np.fromfile(os.path.join(folder, "data.bin"), np.float32)
labels = np.fromfile(os.path.join(folder, "labels.bin"), np.uint16).astype(np.int64)
order = np.fromfile(os.path.join(folder, "order.bin"), np.uint32).astype(np.int64)
H1, H2, H3 = meta["hiddenUnits"]
B, RATE, DECAY, SMOOTHING = meta["batchSize"], meta["learningRate"], meta["weightDecay"], meta["labelSmoothing"]
N_BATCHES = len(order) // B


def torch_stepper(sparse):
    import torch

    torch.set_num_threads(n_threads)
    torch.manual_seed(1)

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bag = torch.nn.EmbeddingBag(meta["nColumns"], H1, mode="sum", sparse=sparse)
            torch.nn.init.uniform_(self.bag.weight, -0.01, 0.01)
            self.bias = torch.nn.Parameter(torch.zeros(H1))
            self.rest = torch.nn.Sequential(
                torch.nn.BatchNorm1d(H1), torch.nn.ReLU(), torch.nn.Dropout(meta["dropout"]), torch.nn.Linear(H1, H2),
                torch.nn.BatchNorm1d(H2), torch.nn.ReLU(), torch.nn.Dropout(meta["dropout"]), torch.nn.Linear(H2, H3),
                torch.nn.BatchNorm1d(H3), torch.nn.ReLU(), torch.nn.Dropout(meta["dropout"]),
                torch.nn.Linear(H3, meta["nLabels"]),
            )

        def forward(self, columns, offsets, values):
            return self.rest(self.bag(columns, offsets, per_sample_weights=values) + self.bias)

    net = Net()
    if sparse:
        others = [p for name, p in net.named_parameters() if name != "bag.weight"]
        optimizers = [torch.optim.SparseAdam([net.bag.weight], lr=RATE), torch.optim.AdamW(others, lr=RATE, weight_decay=DECAY)]
    else:
        optimizers = [torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY, fused=True)]
    criterion = torch.nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
    # Batches are cut before the clock starts; ours are cut while it runs.
    batches = []
    for b in range(N_BATCHES):
        rows = order[b * B : (b + 1) * B]
        spans = [np.arange(indptr[r], indptr[r + 1]) for r in rows]
        places = np.concatenate(spans)
        offsets = np.cumsum([0] + [len(s) for s in spans[:-1]])
        batches.append(tuple(map(torch.from_numpy, (indices[places], offsets, data[places], labels[rows]))))

    def step(b):
        columns, offsets, values, y = batches[b]
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss = criterion(net(columns, offsets, values), y)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        return float(loss.detach())

    return step, torch.__version__


def sklearn_stepper():
    import sklearn
    from sklearn.neural_network import MLPClassifier

    x = scipy.sparse.csr_matrix((data, indices, indptr), shape=(meta["nRows"], meta["nColumns"]))
    model = MLPClassifier((H1, H2, H3), learning_rate_init=RATE, alpha=DECAY, batch_size=B, random_state=1)
    classes = np.arange(meta["nLabels"])
    batches = [(x[order[b * B : (b + 1) * B]], labels[order[b * B : (b + 1) * B]]) for b in range(N_BATCHES)]

    def step(b):
        rows, y = batches[b]
        model.partial_fit(rows, y, classes=classes)
        return model.loss_

    return step, sklearn.__version__


stepper, version = sklearn_stepper() if peer == "sklearn" else torch_stepper(peer == "torch-sparse")
print(json.dumps({"ready": peer, "version": version}), flush=True)
position = 0
for line in sys.stdin:
    n_steps = int(line)
    losses = []
    cpu_start = time.process_time()
    start = time.perf_counter()
    for _ in range(n_steps):
        losses.append(stepper(position % N_BATCHES))
        position += 1
    seconds = time.perf_counter() - start
    cpu_seconds = time.process_time() - cpu_start
    block = {
        "msPerStep": 1000 * seconds / n_steps,
        "cpuMsPerStep": 1000 * cpu_seconds / n_steps,
        "loss": sum(losses) / n_steps,
    }
    print(json.dumps(block), flush=True)
