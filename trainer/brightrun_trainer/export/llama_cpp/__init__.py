"""A whole model as GGUF, the file of llama.cpp and of what is built on it.

`gguf` is llama.cpp's own package on PyPI: it packs the file, rounds to Q8_0 and knows how llama.cpp names a
tensor. What of a base model goes where is `base.py` and `vocabulary.py`, for the families of the catalog;
any other is refused by name (docs/decisions/0024). `gguf_file.py` writes, `read_back.py` reads what was written
and makes an ordinary model folder of it again, by transformers' rules and not by the writer's.
"""
