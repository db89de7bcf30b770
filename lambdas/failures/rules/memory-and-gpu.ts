/** Memory, disks and the GPU itself. Wordings: PyTorch, CUDA, NCCL, Linux, Ray; test/failures/texts has each. */
import type { FailureRule } from '../failure-rule.ts';

export const MEMORY_AND_GPU: readonly FailureRule[] = [
  {
    class: 'gpu-out-of-memory',
    tier: 1,
    codes: ['out-of-memory'],
    patterns: [
      /CUDA out of memory/i,
      /CUDA error: out of memory/i,
      /HIP out of memory/i,
      /\bOutOfMemoryError\b.*\b(CUDA|GPU)\b/,
      /CUBLAS_STATUS_ALLOC_FAILED/,
      /CUDNN_STATUS_ALLOC_FAILED/,
      /CUDA_ERROR_OUT_OF_MEMORY/,
      /cudaErrorMemoryAllocation/,
      /NCCL.*Cuda failure.*out of memory/i,
      /\[METAL\].*Insufficient Memory|kIOGPUCommandBufferCallbackErrorOutOfMemory/,
    ],
    // Its handle needs memory; an index out of bounds, reported late, ends with the same words.
    also: [{ tier: 2, patterns: [/CUBLAS_STATUS_NOT_INITIALIZED/] }],
    cause:
      'The GPU’s memory was not enough for the model, its gradients and the rows that were worked on at once.',
    advice: [
      'Work on fewer tokens at once: a smaller batch or shorter rows.',
      'Take a GPU type with more memory.',
      'A smaller rank or adapters on attention alone need less, though only a little.',
    ],
    remedies: ['less-at-once'],
    needsMoreGpuMemory: true,
  },
  {
    class: 'host-out-of-memory',
    tier: 1,
    patterns: [
      /oom-kill|invoked oom-killer|Out of memory: Killed process/i,
      /\bOOMKilled\b/,
      /killed due to memory pressure/i,
      /killed due to the node running low on memory/i,
      /exceeds the memory usage threshold/i,
      /DefaultCPUAllocator: (can't|not enough)/,
      /^(numpy\.\S*)?\s*MemoryError\b|_ArrayMemoryError|Unable to allocate .* for an array/,
      /Cannot allocate memory/,
      /std::bad_alloc/,
    ],
    cause: 'The machine’s own memory, not the GPU’s, was used up, and a process was killed for it.',
    advice: [
      'Take a GPU type whose machine has more memory, or ask the cluster’s owner to run less beside it.',
      'A shorter maximum length and a smaller dataset need less of it.',
    ],
    remedies: ['less-at-once'],
  },
  {
    class: 'shared-memory',
    tier: 1,
    patterns: [
      /Unexpected bus error encountered in worker/i,
      /insufficient shared memory|out of shared memory|shared memory \(shm\)/i,
      /unable to (open|write to|allocate) .*\/(dev\/shm|torch_)/i,
      /Error while creating shared memory segment|No space left on device.*\/dev\/shm/i,
      /\bBus error\b/,
    ],
    cause: 'The processes of the run share memory through /dev/shm, and the container gives it too little.',
    advice: [
      'The cluster’s owner gives the containers a larger /dev/shm (shm_size, at least 8 GB).',
      'Then try again unchanged.',
    ],
  },
  {
    class: 'disk-full',
    tier: 1,
    codes: ['disk-full'],
    patterns: [
      /No space left on device/i,
      /\bENOSPC\b|Errno 28\b/,
      /Disk quota exceeded/i,
      /OutOfDiskError|Local disk is full/i,
      /There is not enough free disk space|Not enough free disk space/i,
    ],
    also: [
      { tier: 2, patterns: [/inline_container\.cc.*(file write failed|unexpected pos)/i] },
      // Ray says this every 10 s from 95 % on, whatever else happens.
      { tier: 3, patterns: [/file_system_monitor.* over [\d.]+% full/i] },
    ],
    cause: 'The disk of the machine is full: weights, checkpoints or spilled objects filled it.',
    advice: [
      'The cluster’s owner frees space: old checkpoints, cached weights, Ray’s session folder.',
      'Then try again unchanged.',
    ],
  },
  {
    class: 'gpu-driver-too-old',
    tier: 1,
    patterns: [
      /NVIDIA driver on your system is too old/i,
      /CUDA driver version is insufficient/i,
      /forward compatibility was attempted on non supported HW/i,
      /Driver\/library version mismatch/i,
      /unsatisfied condition: cuda\s*>=?/i,
    ],
    cause: 'The GPU’s driver on the machine does not fit the CUDA that the trainer was built with.',
    advice: [
      'The cluster’s owner updates the NVIDIA driver (and reboots the machine).',
      'Another GPU type may run on other machines.',
    ],
  },
  {
    class: 'gpu-unsupported',
    tier: 1,
    patterns: [
      /no kernel image is available for execution/i,
      /is not compatible with the current PyTorch installation/i,
      /only supports Ampere GPUs or newer|requires.* compute capability/i,
      /bf16 .*requires .*supported device/i,
      /bf16\/gpu not supported|doesn't support bf16|Bfloat16 is only supported on GPUs/i,
    ],
    cause: 'The GPU’s generation is not one that the installed kernels were built for.',
    advice: [
      'Take another GPU type, Ampere or newer.',
      'The cluster’s owner installs a PyTorch built for this GPU.',
    ],
  },
  {
    class: 'gpu-missing',
    tier: 2,
    codes: ['gpus-missing'],
    patterns: [
      /No CUDA GPUs are available/i,
      /Found no NVIDIA driver on your system/i,
      /Torch not compiled with CUDA enabled/i,
      /no CUDA-capable device is detected/i,
      /CUDA error: invalid device ordinal/i,
      /torch\.cuda\.is_available\(\) is False/,
      /couldn't communicate with the NVIDIA driver/i,
      /could not select device driver/i,
    ],
    cause: 'The run was started on a machine on which fewer usable GPUs were found than it needs, or none.',
    advice: [
      'The cluster’s owner checks nvidia-smi on the node and that Ray hands its GPUs out.',
      'Then try again unchanged.',
    ],
  },
  {
    class: 'gpu-assert',
    tier: 1,
    patterns: [
      /device-side assert triggered/i,
      /Assertion [`'].*[`'] failed/,
      /IndexError: index out of range in self/,
    ],
    cause:
      'An index was outside its table on the GPU: nearly always a token that the model’s vocabulary does not have, or a row longer than its positions.',
    advice: [
      'Check that tokenizer and base model belong together.',
      'Keep rows within the base model’s context length.',
    ],
  },
  {
    class: 'gpu-fault',
    tier: 2,
    patterns: [
      /uncorrectable ECC error/i,
      /an illegal memory access was encountered/i,
      /unspecified launch failure/i,
      /\bXid\b.*\b\d+\b|NVRM: Xid/,
      /GPU (has fallen off the bus|is lost)/i,
      /misaligned address/i,
      /CUBLAS_STATUS_EXECUTION_FAILED|CUDNN_STATUS_(EXECUTION_FAILED|INTERNAL_ERROR)/,
    ],
    cause: 'The GPU itself or its driver failed while it worked.',
    advice: [
      'Try again: the run goes on from its newest checkpoint on whatever GPU is free.',
      'If it repeats, the cluster’s owner takes that GPU out.',
    ],
  },
  {
    class: 'gpu-communication',
    tier: 2,
    patterns: [
      /NCCL (error|WARN .*(fail|error|timeout))/i,
      /ncclUnhandledCudaError|ncclSystemError|ncclInternalError|ncclRemoteError|ncclInvalidUsage/,
      /Watchdog caught collective operation timeout/i,
      /ProcessGroupNCCL.*(timeout|got stuck|terminat)/i,
      /DistBackendError/,
      /(Gloo|gloo).*(Connection closed by peer|connectFullMesh failed|timed? ?out)/i,
    ],
    cause: 'The GPUs lost each other: one of them stopped answering, or the network between them failed.',
    advice: [
      'Try again: such failures often pass.',
      'With one GPU there is nothing to lose: choose a larger one instead of several.',
    ],
  },
];
