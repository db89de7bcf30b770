"""LoRA with torch, transformers and peft: NVIDIA GPUs, and a CPU for the tests.

`backend.py` keeps the loop's contract, `base.py` loads the frozen model, `frozen_head.py` is the
loss, `placement.py` says where and how exactly it computes. Nothing outside this package imports
torch, so that the embedded trainer stays light.
"""

from .backend import PeftLora

__all__ = ["PeftLora"]
