/* What of NVIDIA's runtime torch calls before and beside its kernels, answered for a GPU that is not there.

   absent_gpu.py compiles it, and with it a refusal for every other function of the header, so that no call falls through
   to the real runtime: that asks a driver that is not there and ends in a fault of memory. Prototypes are those of
   cuda_runtime_api.h; those that begin with two underscores are of crt/host_runtime.h, and nvcc writes their calls. */
#include <cuda_runtime_api.h>
#include <stdlib.h>
#include <string.h>
typedef cudaError_t E;
typedef cudaStream_t S;
#define OK cudaSuccess
#define DONE { return OK; }
#define GIVEN(p, n) { *(p) = malloc(n); return *(p) ? OK : cudaErrorMemoryAllocation; }

/* The device: an H100 with 80 GB, of which 79 are free. Sizes as NVIDIA's table of compute capability 9.0 has them. */
E cudaGetDeviceCount(int *n) { *n = 1; return OK; }
E cudaGetDevice(int *d) { *d = 0; return OK; }
E cudaSetDevice(int d) DONE
E cudaDriverGetVersion(int *v) { *v = CUDART_VERSION; return OK; }
E cudaRuntimeGetVersion(int *v) { *v = CUDART_VERSION; return OK; }
E cudaMemGetInfo(size_t *f, size_t *t) { *f = 79000000000; *t = 80000000000; return OK; }
E cudaDeviceGetAttribute(int *v, enum cudaDeviceAttr a, int d) { *v = a == cudaDevAttrComputeCapabilityMajor ? 9 : 0; return OK; }
E cudaDeviceCanAccessPeer(int *can, int d, int other) { *can = 0; return OK; }
E cudaGetDeviceProperties(struct cudaDeviceProp *p, int d) {
  memset(p, 0, sizeof *p);
  strcpy(p->name, "NVIDIA H100 80GB HBM3");
  p->major = 9; p->multiProcessorCount = 132; p->totalGlobalMem = 80000000000; p->warpSize = 32; p->l2CacheSize = 52428800;
  p->maxThreadsPerBlock = 1024; p->maxThreadsPerMultiProcessor = 2048; p->regsPerMultiprocessor = 65536;
  p->sharedMemPerBlock = 49152; p->sharedMemPerBlockOptin = 232448; p->sharedMemPerMultiprocessor = 233472;
  for (int i = 0; i < 3; i++) { p->maxThreadsDim[i] = i < 2 ? 1024 : 64; p->maxGridSize[i] = i ? 65535 : 2147483647; }
  return OK;
}

/* Errors: there are none. */
E cudaGetLastError(void) DONE
E cudaPeekAtLastError(void) DONE
const char *cudaGetErrorString(E e) { return "no GPU is here"; }
const char *cudaGetErrorName(E e) { return "absent"; }

/* Streams and events: a handle that differs from the others, and everything has already happened. */
E cudaDeviceSynchronize(void) DONE
E cudaDeviceGetStreamPriorityRange(int *least, int *greatest) { *least = 0; *greatest = -5; return OK; }
E cudaStreamCreateWithFlags(S *s, unsigned f) GIVEN(s, 64)
E cudaStreamCreateWithPriority(S *s, unsigned f, int p) GIVEN(s, 64)
E cudaStreamDestroy(S s) { free(s); return OK; }
E cudaStreamGetPriority(S s, int *p) { *p = 0; return OK; }
E cudaStreamSynchronize(S s) DONE
E cudaStreamQuery(S s) DONE
E cudaStreamWaitEvent(S s, cudaEvent_t e, unsigned f) DONE
E cudaStreamIsCapturing(S s, enum cudaStreamCaptureStatus *c) { *c = cudaStreamCaptureStatusNone; return OK; }
E cudaThreadExchangeStreamCaptureMode(enum cudaStreamCaptureMode *m) DONE
E cudaEventCreateWithFlags(cudaEvent_t *e, unsigned f) GIVEN(e, 64)
E cudaEventDestroy(cudaEvent_t e) { free(e); return OK; }
E cudaEventRecord(cudaEvent_t e, S s) DONE
E cudaEventRecordWithFlags(cudaEvent_t e, S s, unsigned f) DONE
E cudaEventQuery(cudaEvent_t e) DONE
E cudaEventSynchronize(cudaEvent_t e) DONE
E cudaEventElapsedTime(float *ms, cudaEvent_t a, cudaEvent_t b) { *ms = 0; return OK; }

/* Memory: the machine's own. */
E cudaMalloc(void **p, size_t n) GIVEN(p, n)
E cudaFree(void *p) { free(p); return OK; }
E cudaHostAlloc(void **p, size_t n, unsigned f) GIVEN(p, n)
E cudaFreeHost(void *p) { free(p); return OK; }
E cudaHostRegister(void *p, size_t n, unsigned f) DONE
E cudaHostUnregister(void *p) DONE
E cudaMemset(void *p, int v, size_t n) { memset(p, v, n); return OK; }
E cudaMemsetAsync(void *p, int v, size_t n, S s) { memset(p, v, n); return OK; }
E cudaMemcpy(void *d, const void *s, size_t n, enum cudaMemcpyKind k) { memcpy(d, s, n); return OK; }
E cudaMemcpyAsync(void *d, const void *s, size_t n, enum cudaMemcpyKind k, S st) { memcpy(d, s, n); return OK; }
E cudaPointerGetAttributes(struct cudaPointerAttributes *a, const void *p) { memset(a, 0, sizeof *a); return OK; }

/* Kernels: taken in as a library is loaded, found, and launched to no effect. */
void **__cudaRegisterFatBinary(void *binary) { return malloc(64); }
void __cudaRegisterFatBinaryEnd(void **h) {}
void __cudaUnregisterFatBinary(void **h) { free(h); }
void __cudaRegisterFunction(void **h, const char *f, char *d, const char *n, int t, void *a, void *b, void *c, void *e, int *w) {}
void __cudaRegisterVar(void **h, char *v, char *d, const char *n, int e, size_t s, int c, int g) {}
E __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared, void *s) DONE
E __cudaPopCallConfiguration(dim3 *grid, dim3 *block, size_t *shared, void *s) {
  *grid = *block = (dim3){1, 1, 1}; *shared = 0; *(void **)s = 0; return OK;
}
E __cudaGetKernel(cudaKernel_t *k, const void *f) GIVEN(k, 64)
E __cudaLaunchKernel(cudaKernel_t k, dim3 g, dim3 b, void **a, size_t n, S s) DONE
E __cudaLaunchKernel_ptsz(cudaKernel_t k, dim3 g, dim3 b, void **a, size_t n, S s) DONE
E cudaLaunchKernel(const void *f, dim3 g, dim3 b, void **a, size_t n, S s) DONE
E cudaLaunchKernelExC(const cudaLaunchConfig_t *c, const void *f, void **a) DONE
E cudaFuncSetAttribute(const void *f, enum cudaFuncAttribute a, int v) DONE
E cudaFuncGetAttributes(struct cudaFuncAttributes *a, const void *f) { memset(a, 0, sizeof *a); return OK; }

/* The driver, for which torch asks by name: it has a context on the device, and everything else is done. */
static int done(void) { return 0; }
static int context(int d, unsigned *flags, int *is_active) { *is_active = 1; return 0; }
E cudaGetDriverEntryPointByVersion(const char *n, void **f, unsigned v, unsigned long long g, enum cudaDriverEntryPointQueryResult *q) {
  *f = strcmp(n, "cuDevicePrimaryCtxGetState") ? (void *)done : (void *)context;
  if (q) *q = cudaDriverEntryPointSuccess;
  return OK;
}
