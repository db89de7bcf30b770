"""The finished model as files, and the proof that they are it.

`tensor_files.py` reads and writes weights in any number format, `merged.py` adds an adapter to its
base, `published.py` writes a folder in the format that a job asks for, `proof.py` loads that folder
afresh and compares. Needs numpy alone: both backends share it.
"""
