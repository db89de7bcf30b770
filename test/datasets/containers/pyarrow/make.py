"""The Parquet files beside it, as pandas and Hugging Face write them: `pip install pyarrow==26.0.1`, then run it.

They are kept because no writer in JavaScript makes what pyarrow makes: pages of the first kind that are cut in the
middle of a row, every compression, lists of structures with nulls.
"""

import datetime
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
ROWS = [
    None
    if row == 3
    else [
        {"role": "user", "content": f"Où est {row}? 👋", "weight": None, "big": 2**60 + row},
        {"role": "assistant", "content": "x" * (row % 5), "weight": 1, "big": None},
    ]
    * (row % 3 + 1)
    for row in range(150)
]
chats = pa.table({"messages": ROWS, "when": [datetime.datetime(2026, 1, 1)] * len(ROWS)})
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    pq.write_table(
        chats.select(["messages"]),
        HERE / f"chats-{codec}.parquet",
        compression=codec,
        data_page_version="2.0" if codec in ("gzip", "lz4") else "1.0",
        data_page_size=200,
        write_batch_size=7,
        row_group_size=100,
    )
kinds = pa.table(
    {
        "prompt": ["alpha", "alphabet", None, "beta"],
        "completion": pa.array(["a", "b", "c", "d"], pa.large_string()),
    }
)
pq.write_table(
    kinds,
    HERE / "deltas.parquet",
    use_dictionary=False,
    column_encoding={"prompt": "DELTA_BYTE_ARRAY", "completion": "DELTA_LENGTH_BYTE_ARRAY"},
)
