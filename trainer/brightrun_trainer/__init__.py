"""BrightRun's trainer: one run, from a bootstrap token to a published adapter."""

import os

# Before anything imports numpy: small products are faster on one thread than on two that wait for
# each other, and one thread sums in one order, so that the same seed gives the same bytes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# It would tell every log that torch is missing, which is as it should be with mlx.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

__version__ = "0.1.0"
