"""`python -m brightrun_trainer`, the same as `brightrun-train`."""

from .main import main

main()
