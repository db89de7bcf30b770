"""Compiles Triton's binding of the CUDA driver into its cache while the image is built, where there is no driver.

The linker needs a libcuda to name: a stub with the driver's functions by name stands in for it and is removed again.
Fails where the module would not ask for libcuda, or where Triton would look for another one: then a node without a
compiler could not train with fused kernels.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from triton.backends.nvidia import driver
from triton.runtime.build import compile_so_from_file

SOURCE = Path(driver.dirname) / "driver.c"


def compile_driver() -> str:
    """The compiled module's path; from the cache where it lies there already."""
    return compile_so_from_file(
        src_path=str(SOURCE), name="cuda_utils", library_dirs=driver.library_dirs(),
        include_dirs=driver.include_dirs, libraries=driver.libraries,
    )


def make_stub(path: Path) -> None:
    """A linker that leaves out what nothing is taken from would leave out an empty library."""
    names = sorted(set(re.findall(r"\bcu[A-Z]\w*(?=\()", SOURCE.read_text(encoding="utf-8"))))
    functions = "".join(f"void {name}(void) {{}}\n" for name in names)
    command = ["gcc", "-shared", "-fPIC", f"-Wl,-soname,{path.name}", "-o", str(path), "-x", "c", "-"]
    subprocess.run(command, input=functions, text=True, check=True)


def main() -> None:
    stub = Path(os.environ["TRITON_LIBCUDA_PATH"]) / "libcuda.so.1"
    make_stub(stub)
    try:
        made = compile_driver()
    finally:
        stub.unlink()
    needed = subprocess.run(["readelf", "--dynamic", made], capture_output=True, text=True, check=True).stdout
    if f"[{stub.name}]" not in needed:
        raise SystemExit(f"{made} would be loaded without {stub.name}")
    os.environ["PATH"] = os.path.dirname(shutil.which("python") or "")
    if compile_driver() != made:
        raise SystemExit("Triton does not find what was compiled for it")
    print(f"compiled {made}")


if __name__ == "__main__":
    main()
