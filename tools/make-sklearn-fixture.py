"""Writes tests/fixtures/sklearn/tfidf.json: what scikit-learn's TfidfVectorizer makes of tokenised documents.

Command:   python tools/make-sklearn-fixture.py
Versions:  scikit-learn 1.9.1, numpy and scipy of the same environment (their versions are written to the file)
Seed:      none; the documents stand below and were written for this project
"""

import json
import pathlib
import platform

import numpy
import scipy
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

assert sklearn.__version__ == "1.9.1", sklearn.__version__

DOCUMENTS = [
    "금리/NNG 동결/NNG 한국은행/NNP 금리/NNG 물가/NNG",
    "대표/NNG 경기/NNG 승리/NNG 감독/NNG 경기/NNG 경기/NNG 선수/NNG",
    "",
    "금리/NNG 인상/NNG 물가/NNG 대표/NNG",
    "constructor/SL __proto__/SL toString/SL 금리/NNG",
    "선수/NNG 이적/NNG 감독/NNG constructor/SL",
    "경기/NNG 침체/NNG 금리/NNG 인하/NNG 물가/NNG 경기/NNG 부양/NNG",
    "홀로/MAG 😀/SY ﬀ/SL",  # code points and UTF-16 units sort the last two differently
    "대표/NNG 경기/NNG 승리/NNG 대표/NNG",
    "물가/NNG 물가/NNG 물가/NNG 물가/NNG 물가/NNG 물가/NNG 물가/NNG",
]

# Unknown terms among known ones, only unknown ones, none at all.
NEW_DOCUMENTS = [
    "금리/NNG 금리/NNG 미지/NNG 경기/NNG 감독/NNG",
    "미지/NNG hasOwnProperty/SL",
    "",
    "물가/NNG 대표/NNG 물가/NNG constructor/SL",
]

# minDf, maxDfFraction, maxFeatures, sublinearTf, ngramRange. maxFeatures never cuts through equal corpus frequencies.
CASES = [
    (1, 1.0, None, False, (1, 1)),
    (1, 1.0, None, True, (1, 1)),
    (2, 1.0, None, True, (1, 1)),
    (2, 0.3, None, False, (1, 1)),  # 0.3 of 10 documents: a term of 3 documents stays, one of 4 goes
    (1, 1.0, 4, True, (1, 1)),
    (1, 1.0, 3, False, (1, 1)),
    (2, 0.5, 4, True, (1, 1)),
    (1, 1.0, None, True, (1, 2)),
    (2, 1.0, None, False, (1, 3)),
    (1, 0.9, 5, True, (2, 3)),
]

# Corpus frequencies 10, 6, 5, 4, then four terms of 2: two of the four stay, and which is up to numpy's unstable argsort.
TIED_MAX_FEATURES = 6


def ngrams(terms, ngram_range):
    vectorizer = TfidfVectorizer(analyzer="word", tokenizer=str.split, token_pattern=None, ngram_range=ngram_range)
    return vectorizer._word_ngrams(terms)


def dump(matrix):
    matrix.sort_indices()
    return {"indptr": matrix.indptr.tolist(), "indices": matrix.indices.tolist(), "data": matrix.data.tolist()}


def make_case(min_df, max_df, max_features, sublinear_tf, ngram_range):
    documents = [ngrams(text.split(), ngram_range) for text in DOCUMENTS]
    new_documents = [ngrams(text.split(), ngram_range) for text in NEW_DOCUMENTS]
    vectorizer = TfidfVectorizer(
        analyzer=lambda terms: terms,
        min_df=min_df,
        max_df=max_df,
        max_features=max_features,
        sublinear_tf=sublinear_tf,
    )
    matrix = vectorizer.fit_transform(documents)
    return {
        "minDf": min_df,
        "maxDfFraction": max_df,
        "maxFeatures": max_features,
        "sublinearTf": sublinear_tf,
        "ngramRange": ngram_range,
        "ngramsOfFirst": documents[0],
        "vocabulary": vectorizer.get_feature_names_out().tolist(),
        "idf": vectorizer.idf_.tolist(),
        "matrix": dump(matrix),
        "transformed": dump(vectorizer.transform(new_documents)),
    }


def tied_vocabulary():
    vectorizer = TfidfVectorizer(analyzer=lambda terms: terms, max_features=TIED_MAX_FEATURES)
    return vectorizer.fit([text.split() for text in DOCUMENTS]).get_feature_names_out().tolist()


fixture = {
    "python": platform.python_version(),
    "scikitLearn": sklearn.__version__,
    "numpy": numpy.__version__,
    "scipy": scipy.__version__,
    "documents": [text.split() for text in DOCUMENTS],
    "newDocuments": [text.split() for text in NEW_DOCUMENTS],
    "tied": {"maxFeatures": TIED_MAX_FEATURES, "vocabulary": tied_vocabulary()},
    "cases": [make_case(*case) for case in CASES],
}
target = pathlib.Path(__file__).parent.parent / "tests/fixtures/sklearn/tfidf.json"
target.write_text(json.dumps(fixture, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
