"""fastText for bench/training/end-to-end.ts, which starts this program.

    python bench/training/fasttext-peer.py train TEXT MODEL     lines "__label__X word word"; reading included
    python bench/training/fasttext-peer.py test TEXT MODEL      prints one label a line
"""

import sys

import fasttext

verb, text, model = sys.argv[1:]
if verb == "train":
    fasttext.train_supervised(text, wordNgrams=2, epoch=5, thread=2, seed=1, verbose=0).save_model(model)
else:
    network = fasttext.load_model(model)
    with open(text, encoding="utf-8") as file:
        # The Python wrapper's predict() fails on numpy 2; the class below it does not.
        for line in file:
            print(network.f.predict(line.split(" ", 1)[1], 1, 0.0, "strict")[0][1].removeprefix("__label__"))
