"""Writes tests/fixtures/parquet: small tables by Arrow's own writer, in each compression, page version and encoding that newsclf reads.

    python3 -m venv venv && venv/bin/pip install pyarrow==26.0.1 numpy==2.4.6 zstandard==0.25.0
    venv/bin/python tools/make-parquet-fixture.py

Seed 20261124. The texts are made of the words below. expected.json has the rows as newsclf shows them.
"""

import base64
import datetime
import decimal
import json
import pathlib
import random

import numpy
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard as zstandard_library

FOLDER = pathlib.Path("tests/fixtures/parquet")
N_ROWS = 60
WORDS = "금리 은행 대출 환율 국회 표결 정당 의원 경기 선수 감독 기술 전자 반도체 날씨 태풍 공연 전시 the a KOSPI 2026 ㈜ 漢字 😀".split()

random.seed(20261124)


def text(n_words):
    return " ".join(random.choice(WORDS) for _ in range(n_words))


def column(make, type=None, missing=0.15):
    values = [None if random.random() < missing else make(i) for i in range(N_ROWS)]
    return pa.array(values, type)


table = pa.table(
    {
        "제목": column(lambda i: text(4), missing=0),
        "본문": column(lambda i: text(random.randrange(30))),
        "분류": pa.array([random.choice(["경제", "정치", "IT/과학"]) for _ in range(N_ROWS)]),
        "__proto__": column(lambda i: text(1)),
        "int32": column(lambda i: random.randrange(-(2**31), 2**31), pa.int32()),
        "int64": column(lambda i: random.randrange(-(2**63), 2**63), pa.int64()),
        "uint32": column(lambda i: random.randrange(2**32), pa.uint32()),
        "uint64": column(lambda i: random.randrange(2**64), pa.uint64()),
        "count": pa.array(range(N_ROWS), pa.int64()),
        "float": column(lambda i: numpy.float32(random.random()), pa.float32()),
        "double": column(lambda i: random.gauss(0, 1e10), pa.float64()),
        "half": column(lambda i: numpy.float16(random.gauss(0, 3)), pa.float16()),
        "truth": column(lambda i: random.random() < 0.5, pa.bool_()),
        "date": column(lambda i: datetime.date(1965, 1, 1) + datetime.timedelta(days=random.randrange(30000)), pa.date32()),
        "milli": column(
            lambda i: datetime.datetime(1965, 1, 1) + datetime.timedelta(milliseconds=random.randrange(10**12)),
            pa.timestamp("ms"),
        ),
        "micro": column(
            lambda i: datetime.datetime(1965, 1, 1) + datetime.timedelta(microseconds=random.randrange(10**15)),
            pa.timestamp("us"),
        ),
        "decimal": column(lambda i: decimal.Decimal(random.randrange(-(10**9), 10**9)) / 100, pa.decimal128(20, 2)),
        "none": pa.nulls(N_ROWS),
        "list": pa.array([["금리", "은행"]] * N_ROWS),
        "record": pa.array([{"a": 1, "b": "은행"}] * N_ROWS),
    }
)


def show(name, value):
    """Texts as they must print; numbers with a point as numbers, for each language prints them in its own way."""
    if value is None:
        return ""
    if name in ("list", "record"):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    if isinstance(value, datetime.date):
        return value.isoformat() + "T00:00:00.000Z"
    if isinstance(value, (float, numpy.floating)):
        return float(value)
    return str(value)


rows = [[show(name, value) for name, value in row.items()] for row in table.to_pylist()]
FOLDER.mkdir(parents=True, exist_ok=True)
(FOLDER / "expected.json").write_text(
    json.dumps({"names": table.column_names, "rows": rows}, ensure_ascii=False, indent=0) + "\n"
)

ENCODINGS = {
    "제목": "DELTA_BYTE_ARRAY",
    "본문": "DELTA_LENGTH_BYTE_ARRAY",
    "분류": "DELTA_BYTE_ARRAY",
    "int32": "DELTA_BINARY_PACKED",
    "int64": "DELTA_BINARY_PACKED",
    "uint32": "DELTA_BINARY_PACKED",
    "uint64": "DELTA_BINARY_PACKED",
    "count": "DELTA_BINARY_PACKED",
    "float": "BYTE_STREAM_SPLIT",
    "double": "BYTE_STREAM_SPLIT",
    "half": "BYTE_STREAM_SPLIT",
    "truth": "RLE",
    "milli": "DELTA_BINARY_PACKED",
    "decimal": "BYTE_STREAM_SPLIT",
}
COMMON = {"row_group_size": 25, "data_page_size": 300, "write_batch_size": 10, "store_schema": False}
pq.write_table(table, FOLDER / "plain-1.parquet", compression="NONE", use_dictionary=False, **COMMON)
pq.write_table(table, FOLDER / "plain-2.parquet", compression="GZIP", use_dictionary=False, data_page_version="2.0", **COMMON)
pq.write_table(table, FOLDER / "dictionary-1.parquet", compression="SNAPPY", **COMMON)
pq.write_table(table, FOLDER / "dictionary-2.parquet", compression="BROTLI", data_page_version="2.0", **COMMON)
pq.write_table(
    table, FOLDER / "delta-1.parquet", compression="NONE", use_dictionary=False, column_encoding=ENCODINGS, **COMMON
)
pq.write_table(
    table,
    FOLDER / "delta-2.parquet",
    compression="ZSTD",
    use_dictionary=False,
    column_encoding=ENCODINGS,
    data_page_version="2.0",
    **COMMON,
)
pq.write_table(table, FOLDER / "int96.parquet", compression="ZSTD", use_deprecated_int96_timestamps=True, **COMMON)
pq.write_table(table, FOLDER / "decimal-integer.parquet", compression="ZSTD", store_decimal_as_integer=True, **COMMON)

for version in ("1.0", "2.0"):
    pq.write_table(
        table,
        FOLDER / f"checksum-{version[0]}.parquet",
        compression="SNAPPY",
        data_page_version=version,
        write_page_checksum=True,
        **COMMON,
    )

zstandard = []
for level in (-5, 3, 19):
    codec = pa.Codec("zstd", compression_level=level)
    for piece, times in [
        ("", 1),
        ("가", 1),
        ("\0", 300_000),
        (text(40), 1),
        (text(40), 3_000),
        (text(700), 2),
        ("".join(chr(random.randrange(0x20, 0x7F)) for _ in range(900)), 1),
        ("".join(random.choice("ab") for _ in range(900)), 300),
    ]:
        compressed = codec.compress((piece * times).encode(), asbytes=True)
        zstandard.append({"piece": piece, "times": times, "compressed": base64.b64encode(compressed).decode()})
(FOLDER / "zstandard.json").write_text(json.dumps(zstandard, ensure_ascii=False, indent=0) + "\n")
# With the checksum of the content; at each of these lengths its hash ends in another way.
zstandard = []
with_checksum = zstandard_library.ZstdCompressor(level=3, write_checksum=True)
for n_bytes, times in [(n, 1) for n in (0, 1, 3, 4, 7, 8, 12, 15, 31, 32, 33, 63, 64, 77)] + [(333, 601)]:
    piece = "".join(chr(random.randrange(0x20, 0x7F)) for _ in range(n_bytes))
    compressed = with_checksum.compress((piece * times).encode())
    zstandard.append({"piece": piece, "times": times, "compressed": base64.b64encode(compressed).decode()})
(FOLDER / "zstandard-checksum.json").write_text(json.dumps(zstandard, indent=0) + "\n")
print(pa.__version__, numpy.__version__, zstandard_library.__version__)
