"""A CUDA device that is not there: torch takes it for one, so that on any Linux its CUDA branches run on fake tensors.

    python trainer/bench/absent_gpu.py trainer/bench/counts.py 8b

runs a script with it, where gcc is. It stands in for NVIDIA's runtime and driver (LD_PRELOAD) as far as torch asks them:
one H100 with 80 GB, streams, events, pinned memory (`absent_cudart.c`); every other function of the runtime is refused.
What it lacks is everything that computes: launches do nothing, cuBLAS and NCCL do not start, and a real tensor on it has
whatever bytes malloc gave. So with torch's FakeTensorMode shapes, types, devices and Python's own branches are proven;
numbers are not.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ANSWERS = Path(__file__).with_name("absent_cudart.c")


def _compiled(source: str, out: Path, *options: str) -> None:
    command = ["gcc", "-shared", "-fPIC", "-w", *options, "-o", str(out), "-x", "c", "-"]
    subprocess.run(command, input=source, text=True, check=True)


def _functions(header: Path, pattern: str) -> set[str]:
    return set(re.findall(pattern, header.read_text(encoding="utf-8")))


def environment(folder: Path) -> dict[str, str]:
    """The variables under which a process sees it. The headers are Triton's, which torch brings."""
    found = importlib.util.find_spec("triton")
    if found is None or found.origin is None:
        raise FileNotFoundError("Triton, whose headers of CUDA are needed, is not installed")
    headers = Path(found.origin).parent / "backends" / "nvidia" / "include"
    answers = ANSWERS.read_text(encoding="utf-8")
    runtime = _functions(headers / "cuda_runtime_api.h", r"CUDARTAPI\s+(cuda[A-Z]\w*)\(") - set(re.findall(r"\bcuda[A-Z]\w*(?=\()", answers))
    # Beside the header another prototype of the same name is an error: so these are names of one function, for the linker.
    same = "".join(f'__asm__(".globl {name}\\n.set {name}, refused");\n' for name in sorted(runtime))
    _compiled(f"{answers}\nE refused(void) {{ return cudaErrorNotSupported; }}\n{same}", folder / "libcudart_absent.so", f"-I{headers}")
    driver = sorted(_functions(headers / "cuda.h", r"CUDAAPI\s+(cu[A-Z]\w*)\("))
    _compiled("".join(f"int {name}(void) {{ return 0; }}\n" for name in driver), folder / "libcuda.so.1", "-Wl,-soname,libcuda.so.1")
    paths = [str(folder), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
    return {"LD_PRELOAD": str(folder / "libcudart_absent.so"), "LD_LIBRARY_PATH": ":".join(paths)}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, *sys.argv[1:]]
        raise SystemExit(subprocess.run(command, env=os.environ | environment(Path(name)), check=False).returncode)


if __name__ == "__main__":
    main()
