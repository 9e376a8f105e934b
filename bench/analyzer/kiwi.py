"""Kiwi (PyPI kiwipiepy) for peers.ts, with the lines of peer.ts: python kiwi.py TEXTS.json TOKENS.json"""

import json
import resource
import sys
import time

texts = json.load(open(sys.argv[1], encoding="utf-8"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
from kiwipiepy import Kiwi  # noqa: E402 (its import is part of the loading)

kiwi = Kiwi(num_workers=1)
kiwi.tokenize("")
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"loadMs": (time.perf_counter() - start) * 1e3, "loadBytes": (after - before) * 1024}), flush=True)

first = True
for _ in sys.stdin:
    start = time.perf_counter()
    results = [[(token.form, token.tag) for token in kiwi.tokenize(text)] for text in texts]
    elapsed = (time.perf_counter() - start) * 1e3
    print(json.dumps({"elapsedMs": elapsed, "nTokens": sum(map(len, results))}), flush=True)
    if first:
        json.dump(results, open(sys.argv[2], "w", encoding="utf-8"), ensure_ascii=False)
    first = False
