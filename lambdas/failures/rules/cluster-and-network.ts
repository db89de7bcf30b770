/** The cluster, its processes and the network. Most of these are symptoms: anything above explains them better. */
import type { FailureRule } from '../failure-rule.ts';

export const CLUSTER_AND_NETWORK: readonly FailureRule[] = [
  {
    class: 'preempted',
    tier: 1,
    patterns: [
      /spot (instance|interruption|termination|reclaim)|instance-action.*terminate/i,
      /\bpreempt(ed|ion|ing)\b/i,
      /node (was|has been|is being) (drained|preempted|terminated|reclaimed)/i,
      /(owner|worker|actor).*node.*(has )?(terminated|died|dead).*(drain|preempt)/i,
      /TerminationNotice|BidEvicted|Interruption Notice/i,
    ],
    cause:
      'The machine was taken away: it was a spot machine that its provider needed, or one that was drained.',
    advice: [
      'Try again: the run goes on from its newest checkpoint.',
      'If it happens often, the cluster’s owner uses machines on demand.',
    ],
  },
  {
    class: 'no-resources',
    tier: 2,
    patterns: [
      /cannot be scheduled right now|No available node types can fulfill resource request/i,
      /(Insufficient nvidia\.com\/gpu|Insufficient (cpu|memory))/i,
      /FailedScheduling|0\/\d+ nodes are available/i,
      /InsufficientInstanceCapacity|ZONE_RESOURCE_POOL_EXHAUSTED|insufficient capacity/i,
      /infeasible resource request|is infeasible|resource request.*infeasible/i,
      /does not have (any )?enough resources|not enough (free )?GPUs/i,
    ],
    cause: 'No machine of the cluster has free what the run asks for.',
    advice: [
      'Try again later, or take a GPU type that the cluster has more of.',
      'The cluster’s owner lets it grow.',
    ],
  },
  {
    class: 'start-timeout',
    tier: 3,
    codes: ['start-timeout'],
    patterns: [
      /Job supervisor actor failed to start within|failed to start within \d+/i,
      /start.?timeout/i,
      /Timed out waiting for .*(start|placement group|runtime env)/i,
      /JOB_START_TIMEOUT/,
    ],
    cause:
      'The cluster accepted the run and did not start it in time: it was full, or its machines did not come up.',
    advice: ['Try again later, or take another GPU type.'],
  },
  {
    class: 'network',
    tier: 2,
    patterns: [
      /Temporary failure in name resolution|Name or service not known|getaddrinfo (failed|ENOTFOUND|EAI_AGAIN)|NameResolutionError|nodename nor servname/i,
      /CERTIFICATE_VERIFY_FAILED|SSLError|SSL: \w+|certificate verify failed/i,
      /couldn't connect to '?https?:|Cannot connect to host/i,
      /Max retries exceeded with url/i,
      /(Read|Connect|Connection)(ion)? ?timed? ?out|ConnectTimeout|ReadTimeout/i,
      /Connection (refused|reset by peer|aborted)|Network is unreachable|ProxyError/i,
      /IncompleteRead|ChunkedEncodingError|RemoteDisconnected/,
      /LocalEntryNotFoundError|cannot find the requested files in the (disk|local) cache/i,
      /50[0234] Server Error|502 Bad Gateway|503 Service (Temporarily )?Unavailable/i,
    ],
    also: [{ tier: 3, patterns: [/^(socket\.)?(timeout|TimeoutError|gaierror)\b/] }],
    cause:
      'The machine could not reach a server that it needed: a name was not resolved, or a connection refused, cut or not trusted.',
    advice: [
      'Try again: such faults often pass.',
      'If it repeats, the cluster’s owner checks name service, proxy and certificates of the node.',
    ],
  },
  {
    class: 'permission-denied',
    tier: 2,
    patterns: [
      /PermissionError|Permission denied/i,
      /Read-only file system|Errno 30\b/i,
      /AccessDenied\b/,
      /Operation not permitted/i,
    ],
    cause: 'The trainer may not read or write a file or folder that it needs.',
    advice: [
      'The cluster’s owner corrects the rights of the folder that the line names.',
      'Then try again unchanged.',
    ],
  },
  {
    class: 'worker-crashed',
    tier: 3,
    patterns: [
      /SIGSEGV|Segmentation fault|SIGABRT|SIGILL|SIGFPE|Fatal Python error/i,
      /exit ?code:? -?(11|6|139|134)\b/i,
      /terminate called after throwing/i,
    ],
    cause: 'The trainer’s process crashed inside a library, not in a way that Python could report.',
    advice: [
      'Try again: the run goes on from its newest checkpoint.',
      'If it repeats at the same step, tell the installation’s owner: a library and the driver do not fit.',
    ],
  },
  {
    class: 'worker-killed',
    tier: 3,
    patterns: [/SIGKILL|\bsignal 9\b|exit ?code:? -?(9|137)\b/i, /^\W*Killed\W*$/],
    cause:
      'Something on the machine killed the trainer’s process; most often that is the system when memory runs out.',
    advice: [
      'Try again: the run goes on from its newest checkpoint.',
      'If it repeats, take shorter rows or a machine with more memory.',
    ],
    remedies: ['less-at-once'],
  },
  {
    class: 'worker-lost',
    tier: 3,
    patterns: [
      /ActorDiedError|RayActorError|ActorUnavailableError/,
      /WorkerCrashedError|NodeDiedError|OwnerDiedError|RaySystemError/,
      /actor (is dead|died|is unavailable)/i,
      /A worker died or was killed while executing/i,
      /node it was running on is dead or unavailable/i,
      /missed too many heartbeats|marked (as )?dead|node .*(died|unhealthy)|lost contact with/i,
      /unexpectedly exits? with a connection error|raylet.*(died|crashed|exited)/i,
    ],
    cause: 'The cluster lost the process that trained, or the machine that it ran on, and cannot say why.',
    advice: ['Try again: the run goes on from its newest checkpoint.'],
  },
];
