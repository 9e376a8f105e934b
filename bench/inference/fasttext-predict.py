"""fastText's side of bench/inference/throughput.ts, which starts this program.

    python bench/inference/fasttext-predict.py TEXT MODEL     lines of words

For each line on stdin it predicts the labels of all lines of TEXT and prints: milliseconds, and the labels the first time.
"""

import sys
import time

import fasttext

text, model = sys.argv[1:]
network = fasttext.load_model(model)
with open(text, encoding="utf-8") as file:
    lines = [line.split(" ", 1)[1] for line in file]
isFirst = True
for _ in sys.stdin:
    start = time.perf_counter()
    # One call of the C++ class for all lines: the Python wrapper's predict() makes a string for each word.
    labels = network.f.multilinePredict(lines, 1, 0.0, "strict")[0]
    elapsed = (time.perf_counter() - start) * 1e3
    print(f"{elapsed:.3f}", *((label[0].removeprefix("__label__") for label in labels) if isFirst else ()), flush=True)
    isFirst = False
