"""Makes tests/fixtures/pytorch/mlp.json: the network of src/nn in PyTorch, in float64 on the CPU.

    /path/to/venv/bin/python tools/make-pytorch-fixture.py > tests/fixtures/pytorch/mlp.json

Made with Python 3.11.7 and torch 2.15.0 (on the CPU, one thread); seed 20180720. Same versions, same bytes.

Two runs of ten steps on a network of 40 terms, hidden layers 8-6-5 and 3 labels, batches of 12 documents:

  lazy  another batch of a 36-document matrix at each step, so that most steps leave some rows of w1 alone. PyTorch has no
        optimizer with lazy moments and decoupled decay, so w1 is stepped here: every row decays at every step, moments
        and steps are those of AdamW for the rows of the batch, and other rows' moments stand still.
  full  one batch that has every term, at each step: torch.optim.AdamW for all parameters.

Weight decay is for w1 ... w4 (a parameter group of its own), not for biases, gamma and beta. Dropout masks are data.
All inputs are exact in float32, so that a run in 32 bits starts from the same numbers.
"""

import json
import sys

import torch

SEED = 20180720
N_TERMS, HIDDEN, N_LABELS, BATCH, N_STEPS = 40, (8, 6, 5), 3, 12, 10
DROPOUT, SMOOTHING, WEIGHT_DECAY = 0.25, 0.1, 0.5
LABEL_WEIGHTS = [0.75, 1.5, 1.0]
RATES = [0.002 * (step + 1) if step < 5 else 0.01 / (step - 3) for step in range(N_STEPS)]

torch.manual_seed(SEED)
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def exact(tensor):
    return tensor.to(torch.float32).to(torch.float64)


def make_matrix(n_rows, full):
    """Rows of 3 to 6 terms, length one; `full` gives row b the terms b, b + 12, b + 24 ... besides, so that none is missing."""
    rows = []
    for b in range(n_rows):
        terms = set(torch.randperm(N_TERMS)[: int(torch.randint(3, 7, ()))].tolist())
        if full:
            terms |= set(range(b, N_TERMS, n_rows))
        values = torch.rand(len(terms)) + 0.2
        rows.append((sorted(terms), exact(values / values.norm()).tolist()))
    return rows


def make_parameters():
    sizes = (N_TERMS, *HIDDEN, N_LABELS)
    parameters = {}
    for layer in range(1, 5):
        n_in, n_out = sizes[layer - 1], sizes[layer]
        parameters[f"w{layer}"] = exact(torch.randn(n_in, n_out) * (0.5 if layer == 1 else n_in**-0.5))
        parameters[f"b{layer}"] = exact(torch.randn(n_out) * 0.1)
        if layer < 4:
            parameters[f"gamma{layer}"] = exact(1 + 0.2 * torch.randn(n_out))
            parameters[f"beta{layer}"] = exact(0.2 * torch.randn(n_out))
    return parameters


def forward(parameters, running, dense, masks):
    hidden = dense
    for layer in range(1, 4):
        sums = hidden @ parameters[f"w{layer}"] + parameters[f"b{layer}"]
        normalized = torch.nn.functional.batch_norm(
            sums,
            running[f"runningMean{layer}"],
            running[f"runningVar{layer}"],
            parameters[f"gamma{layer}"],
            parameters[f"beta{layer}"],
            training=True,
            momentum=0.1,
            eps=1e-5,
        )
        hidden = torch.relu(normalized) * masks[layer - 1] / (1 - DROPOUT)
    return hidden @ parameters["w4"] + parameters["b4"]


def run(rows, batches, lazy):
    initial = make_parameters()
    parameters = {name: value.clone().requires_grad_() for name, value in initial.items()}
    running = {}
    for layer, n_units in enumerate(HIDDEN, 1):
        running[f"runningMean{layer}"] = torch.zeros(n_units)
        running[f"runningVar{layer}"] = torch.ones(n_units)
    labels = torch.randint(0, N_LABELS, (len(rows),))
    masks = [[(torch.rand(BATCH, n_units) >= DROPOUT).double() for n_units in HIDDEN] for _ in range(N_STEPS)]

    by_adamw = [name for name in parameters if not (lazy and name == "w1")]
    optimizer = torch.optim.AdamW(
        [
            {"params": [parameters[n] for n in by_adamw if n.startswith("w")], "weight_decay": WEIGHT_DECAY},
            {"params": [parameters[n] for n in by_adamw if not n.startswith("w")], "weight_decay": 0.0},
        ],
        betas=(0.9, 0.999),
        eps=1e-8,
    )
    moment1, moment2 = torch.zeros(N_TERMS, HIDDEN[0]), torch.zeros(N_TERMS, HIDDEN[0])
    criterion = torch.nn.CrossEntropyLoss(weight=torch.tensor(LABEL_WEIGHTS), label_smoothing=SMOOTHING)
    losses, first, n_touched = [], None, []
    for step in range(1, N_STEPS + 1):
        batch = batches[step - 1]
        dense = torch.zeros(BATCH, N_TERMS)
        for b, row in enumerate(batch):
            dense[b, rows[row][0]] = torch.tensor(rows[row][1])
        optimizer.zero_grad()
        logits = forward(parameters, running, dense, masks[step - 1])
        loss = criterion(logits, labels[batch])
        loss.backward()
        losses.append(loss.item())
        touched = dense.ne(0).any(dim=0)
        n_touched.append(int(touched.sum()))
        if first is None:
            first = {
                "logits": logits.flatten().tolist(),
                "gradients": {name: value.grad.flatten().tolist() for name, value in parameters.items()},
                "running": {name: value.flatten().tolist() for name, value in running.items()},
            }
        rate = RATES[step - 1]
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        if lazy:
            with torch.no_grad():
                w1, gradient = parameters["w1"], parameters["w1"].grad
                w1 *= 1 - rate * WEIGHT_DECAY
                moment1[touched] = 0.9 * moment1[touched] + 0.1 * gradient[touched]
                moment2[touched] = 0.999 * moment2[touched] + 0.001 * gradient[touched] ** 2
                corrected1, corrected2 = moment1[touched] / (1 - 0.9**step), moment2[touched] / (1 - 0.999**step)
                w1[touched] -= rate * corrected1 / (corrected2.sqrt() + 1e-8)
                parameters["w1"].grad = None
    return {
        "rows": rows,
        "labels": labels.tolist(),
        "batches": batches,
        "masks": [[mask.flatten().int().tolist() for mask in step_masks] for step_masks in masks],
        "initial": {name: value.flatten().tolist() for name, value in initial.items()},
        "nTouched": n_touched,
        "first": first,
        "losses": losses,
        "final": {name: value.detach().flatten().tolist() for name, value in {**parameters, **running}.items()},
    }


lazy_batches = [torch.randperm(36)[:BATCH].tolist() for _ in range(N_STEPS)]
fixture = {
    "torch": torch.__version__,
    "seed": SEED,
    "shape": {"nTerms": N_TERMS, "hiddenUnits": HIDDEN, "nLabels": N_LABELS},
    "dropout": DROPOUT,
    "labelSmoothing": SMOOTHING,
    "labelWeights": LABEL_WEIGHTS,
    "weightDecay": WEIGHT_DECAY,
    "learningRates": RATES,
    "lazy": run(make_matrix(36, full=False), lazy_batches, lazy=True),
    "full": run(make_matrix(BATCH, full=True), [list(range(BATCH))] * N_STEPS, lazy=False),
}
json.dump(fixture, sys.stdout)
print()
