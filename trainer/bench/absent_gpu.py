"""A CUDA device that is not there: torch takes it for one, so that on any Linux its CUDA branches run on fake tensors.

    python trainer/bench/absent_gpu.py trainer/bench/counts.py 8b

runs a script with it, where gcc is. It stands in for NVIDIA's runtime and driver (LD_PRELOAD) as far as torch asks them:
one H100 with 80 GB, streams, events, pinned memory. What it lacks is everything that computes: launches do nothing,
cuBLAS and NCCL do not start, and a real tensor on it has whatever bytes malloc gave. So with torch's FakeTensorMode
shapes, types, devices and Python's own branches are proven; numbers are not.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

#: What answers with more than "done": each as in cuda_runtime_api.h.
ANSWERS = r"""
#include <cuda_runtime_api.h>
#include <stdlib.h>
#include <string.h>
typedef cudaError_t R;
R cudaGetDeviceCount(int *n) { *n = 1; return cudaSuccess; }
R cudaGetDevice(int *d) { *d = 0; return cudaSuccess; }
R cudaDriverGetVersion(int *v) { *v = CUDART_VERSION; return cudaSuccess; }
R cudaRuntimeGetVersion(int *v) { *v = CUDART_VERSION; return cudaSuccess; }
R cudaGetDeviceProperties(struct cudaDeviceProp *p, int d) {
  memset(p, 0, sizeof *p);
  strcpy(p->name, "NVIDIA H100 80GB HBM3");
  p->major = 9; p->multiProcessorCount = 132; p->totalGlobalMem = 80000000000; p->warpSize = 32; p->l2CacheSize = 52428800;
  p->maxThreadsPerBlock = 1024; p->maxThreadsPerMultiProcessor = 2048; p->regsPerMultiprocessor = 65536;
  p->sharedMemPerBlock = 49152; p->sharedMemPerBlockOptin = 232448; p->sharedMemPerMultiprocessor = 233472;
  return cudaSuccess;
}
R cudaMemGetInfo(size_t *f, size_t *t) { *f = 79000000000; *t = 80000000000; return cudaSuccess; }
R cudaStreamIsCapturing(cudaStream_t s, enum cudaStreamCaptureStatus *c) { *c = cudaStreamCaptureStatusNone; return cudaSuccess; }
R cudaDeviceGetStreamPriorityRange(int *l, int *g) { *l = 0; *g = -5; return cudaSuccess; }
R cudaStreamCreateWithPriority(cudaStream_t *s, unsigned f, int p) { *s = malloc(64); return cudaSuccess; }
R cudaEventCreateWithFlags(cudaEvent_t *e, unsigned f) { *e = malloc(64); return cudaSuccess; }
R cudaMalloc(void **p, size_t n) { *p = malloc(n); return *p ? cudaSuccess : cudaErrorMemoryAllocation; }
R cudaFree(void *p) { free(p); return cudaSuccess; }
R cudaHostAlloc(void **p, size_t n, unsigned f) { *p = malloc(n); return *p ? cudaSuccess : cudaErrorMemoryAllocation; }
R cudaFreeHost(void *p) { free(p); return cudaSuccess; }
R cudaMemcpyAsync(void *d, const void *s, size_t n, enum cudaMemcpyKind k, cudaStream_t st) { memcpy(d, s, n); return cudaSuccess; }
R cudaPointerGetAttributes(struct cudaPointerAttributes *a, const void *p) { memset(a, 0, sizeof *a); return cudaSuccess; }
R cudaDeviceGetAttribute(int *v, enum cudaDeviceAttr a, int d) { *v = a == cudaDevAttrComputeCapabilityMajor ? 9 : 0; return cudaSuccess; }
R cudaStreamGetPriority(cudaStream_t s, int *p) { *p = 0; return cudaSuccess; }
const char *cudaGetErrorString(R r) { return "no GPU is here"; }
const char *cudaGetErrorName(R r) { return "absent"; }
int done(void) { return 0; }
static int context(int d, unsigned *f, int *is_active) { *is_active = 1; return 0; }
R cudaGetDriverEntryPointByVersion(const char *n, void **f, unsigned v, unsigned long long g, enum cudaDriverEntryPointQueryResult *q) {
  *f = strcmp(n, "cuDevicePrimaryCtxGetState") ? (void *)done : (void *)context;
  if (q) *q = cudaDriverEntryPointSuccess;
  return cudaSuccess;
}
"""
#: What torch calls besides, and may be told that it is done.
DONE = (
    "cudaSetDevice cudaGetLastError cudaPeekAtLastError cudaThreadExchangeStreamCaptureMode cudaDeviceSynchronize cudaStreamSynchronize "
    "cudaStreamQuery cudaStreamWaitEvent cudaEventDestroy cudaEventRecord cudaEventRecordWithFlags cudaEventQuery cudaEventSynchronize "
    "cudaMemsetAsync cudaLaunchKernel cudaLaunchKernelExC cudaFuncSetAttribute"
    " cudaStreamCreateWithFlags cudaStreamDestroy cudaMemset cudaMemcpy cudaHostRegister cudaHostUnregister cudaFuncGetAttributes"
).split()


def _compiled(source: str, out: Path, *options: str) -> None:
    command = ["gcc", "-shared", "-fPIC", "-w", *options, "-o", str(out), "-x", "c", "-"]
    subprocess.run(command, input=source, text=True, check=True)


def environment(folder: Path) -> dict[str, str]:
    """The variables under which a process sees it. The headers are Triton's, which torch brings."""
    found = importlib.util.find_spec("triton")
    if found is None or found.origin is None:
        raise FileNotFoundError("Triton, whose headers of CUDA are needed, is not installed")
    headers = Path(found.origin).parent / "backends" / "nvidia" / "include"
    # Beside the header another prototype of the same name is an error: so these are names of one function, for the linker.
    same = "".join(f'__asm__(".globl {name}\\n.set {name}, done");\n' for name in DONE)
    _compiled(ANSWERS + same, folder / "libcudart_absent.so", f"-I{headers}")
    driver = sorted(set(re.findall(r"CUDAAPI\s+(cu[A-Z]\w*)\(", (headers / "cuda.h").read_text(encoding="utf-8"))))
    _compiled("".join(f"int {name}(void) {{ return 0; }}\n" for name in driver), folder / "libcuda.so.1", "-Wl,-soname,libcuda.so.1")
    paths = [str(folder), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
    return {"LD_PRELOAD": str(folder / "libcudart_absent.so"), "LD_LIBRARY_PATH": ":".join(paths)}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, *sys.argv[1:]]
        raise SystemExit(subprocess.run(command, env=os.environ | environment(Path(name)), check=False).returncode)


if __name__ == "__main__":
    main()
