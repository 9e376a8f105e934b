"""Makes tests/fixtures/pytorch/optimizers.json: PyTorch's optimizers on the two runs of mlp.json, in float64 on the CPU.

    /path/to/venv/bin/python tools/make-pytorch-optimizers-fixture.py > tests/fixtures/pytorch/optimizers.json

Made with Python 3.11.7 and torch 2.15.0 (on the CPU, one thread). Reads tests/fixtures/pytorch/mlp.json for weights, batches,
masks and rates; draws nothing. Same versions, same bytes.

Every step is torch.optim's own, dense for w1 too. Rules whose moments outlive a step run on "full", where each batch has
every term. Plain sgd has none, so it runs on "lazy" as well, where most steps leave rows of w1 alone but for the decay.
Weight decay is for w1 ... w4, not for biases, gamma and beta.
"""

import json
import sys
from pathlib import Path

import torch

source = json.loads(Path("tests/fixtures/pytorch/mlp.json").read_text())
HIDDEN, N_TERMS, N_LABELS = source["shape"]["hiddenUnits"], source["shape"]["nTerms"], source["shape"]["nLabels"]
DECAY = 0.05
# Rates of sgd are larger: its steps are as long as the gradients.
RATES = {"sgd": [10 * rate for rate in source["learningRates"]], "adam": source["learningRates"]}
CASES = [
    ("lazy", "sgd", {"momentum": 0.0, "nesterov": False, "weight_decay": DECAY}),
    ("full", "sgd", {"momentum": 0.0, "nesterov": False, "weight_decay": DECAY}),
    ("full", "sgd", {"momentum": 0.9, "nesterov": False, "weight_decay": 0.0}),
    ("full", "sgd", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.0}),
    ("full", "adam", {"weight_decay": DECAY}),
]
MAKERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


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
        hidden = torch.relu(normalized) * masks[layer - 1] / (1 - source["dropout"])
    return hidden @ parameters["w4"] + parameters["b4"]


def run(name, kind, options):
    data = source[name]
    sizes = (N_TERMS, *HIDDEN, N_LABELS)
    parameters = {}
    for parameter, values in data["initial"].items():
        layer = int(parameter[-1])
        shape = (sizes[layer - 1], sizes[layer]) if parameter.startswith("w") else (sizes[layer],)
        parameters[parameter] = torch.tensor(values).reshape(shape).requires_grad_()
    running = {}
    for layer, n_units in enumerate(HIDDEN, 1):
        running[f"runningMean{layer}"] = torch.zeros(n_units)
        running[f"runningVar{layer}"] = torch.ones(n_units)
    common = {key: value for key, value in options.items() if key != "weight_decay"}
    optimizer = MAKERS[kind](
        [
            {"params": [v for n, v in parameters.items() if n.startswith("w")], "weight_decay": options["weight_decay"]},
            {"params": [v for n, v in parameters.items() if not n.startswith("w")], "weight_decay": 0.0},
        ],
        lr=1.0,
        **common,
    )
    labels = torch.tensor(data["labels"])
    criterion = torch.nn.CrossEntropyLoss(
        weight=torch.tensor(source["labelWeights"]), label_smoothing=source["labelSmoothing"]
    )
    losses = []
    for step, batch in enumerate(data["batches"]):
        dense = torch.zeros(len(batch), N_TERMS)
        for b, row in enumerate(batch):
            dense[b, data["rows"][row][0]] = torch.tensor(data["rows"][row][1])
        masks = [
            torch.tensor(mask, dtype=torch.float64).reshape(len(batch), n) for mask, n in zip(data["masks"][step], HIDDEN)
        ]
        for group in optimizer.param_groups:
            group["lr"] = RATES[kind][step]
        optimizer.zero_grad()
        loss = criterion(forward(parameters, running, dense, masks), labels[batch])
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    return {
        "run": name,
        "optimizer": kind,
        "momentum": options.get("momentum", 0.0),
        "nesterov": options.get("nesterov", False),
        "weightDecay": options["weight_decay"],
        "learningRates": RATES[kind],
        "losses": losses,
        "final": {key: value.detach().flatten().tolist() for key, value in {**parameters, **running}.items()},
    }


json.dump({"torch": torch.__version__, "cases": [run(*case) for case in CASES]}, sys.stdout)
print()
