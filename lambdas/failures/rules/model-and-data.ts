/** The base model, its files and libraries, the hub they come from, and the data. */
import type { FailureRule } from '../failure-rule.ts';

export const MODEL_AND_DATA: readonly FailureRule[] = [
  {
    class: 'hub-gated',
    tier: 1,
    patterns: [
      /GatedRepoError/,
      /Cannot access gated repo/i,
      /trying to access a gated repo/i,
      /Access to model .* is restricted/i,
      /awaiting a review from the repo authors/i,
    ],
    cause: 'The base model is gated: its owner gives the weights only to accounts that accepted the licence.',
    advice: [
      'Whoever runs the cluster accepts the model’s terms on its hub page, with the account whose token the cluster uses.',
      'Or take a base model that is open.',
    ],
  },
  {
    class: 'hub-rate-limited',
    tier: 1,
    patterns: [
      /\b429\b.*(Client Error|Too Many Requests)|Too Many Requests/i,
      /hit your.* rate limit|rate limit(ed|ing)? .*(hub|huggingface)/i,
    ],
    cause: 'The hub answered that too much was asked of it in a short time.',
    advice: [
      'Wait a few minutes and try again.',
      'Requests with a token have a higher limit; weights kept on the cluster need none.',
    ],
  },
  {
    class: 'hub-not-found',
    tier: 1,
    patterns: [
      /Repository Not Found for url/i,
      /RevisionNotFoundError|Revision Not Found for url|is not a valid git identifier/i,
      /EntryNotFoundError|Entry Not Found for url/i,
      /does not appear to have a file named/i,
      /404 Client Error.*(huggingface|hf\.co)/i,
      /huggingface\.co.*\b404\b/i,
    ],
    // The libraries’ last word also where the token is what is wrong.
    also: [
      {
        tier: 2,
        patterns: [/RepositoryNotFoundError/, /is not a local folder and is not a valid model identifier/i],
      },
    ],
    cause: 'The hub has no such model, revision or file, or does not show it to this account.',
    advice: [
      'Take another base model, or ask the installation’s owner to correct its name and revision.',
      'A private model needs a token that may read it.',
    ],
  },
  {
    class: 'hub-unauthorized',
    tier: 1,
    patterns: [
      /Invalid (user token|credentials in Authorization header)/i,
      /LocalTokenNotFoundError|Token is required \(`?token=True/,
    ],
    // The hub answers 401 for models that do not exist as well.
    also: [{ tier: 2, patterns: [/401 Client Error/i, /\b401\b.*Unauthorized/i] }],
    cause: 'The hub did not accept the cluster’s token: it is missing, wrong or no longer valid.',
    advice: ['The cluster’s owner sets a valid hub token.', 'Then try again unchanged.'],
  },
  {
    class: 'hub-forbidden',
    tier: 2,
    patterns: [
      /403 Client Error|403 Forbidden/i,
      /don't have the rights|you must be added to the organization/i,
    ],
    cause: 'The hub or the store knows who asks, and does not allow it.',
    advice: ['Whoever owns the token gives it the right to read this model.', 'Or take another base model.'],
  },
  {
    class: 'chat-template-missing',
    tier: 1,
    codes: ['chat-template-missing'],
    patterns: [
      /tokenizer\.chat_template is not set/i,
      /no (default )?chat template (is )?(set|defined|provided|specified)/i,
      /does not have a (default )?chat template/i,
      /No chat template is set for this (tokenizer|processor)/i,
    ],
    cause:
      'The base model’s tokenizer has no chat template, so conversations cannot be written the way it reads them.',
    advice: ['Take the instruct (or chat) variant of the base model.', 'Or bring the data as plain text.'],
  },
  {
    class: 'chat-template-refused',
    tier: 1,
    patterns: [
      /jinja2\.exceptions\.\w+/,
      /\bTemplateError\b/,
      /Conversation roles must alternate/i,
      /System role not supported|Only (user|system).* roles are supported/i,
    ],
    cause:
      'The base model’s chat template refuses a conversation: the order or the roles of its messages are not what it takes.',
    advice: [
      'Let user and assistant alternate, begin with the user, and merge neighbouring messages of one role.',
      'Some templates know no system role or no tools: move that text into the first user message.',
    ],
  },
  {
    class: 'loss-not-finite',
    tier: 1,
    codes: ['loss-not-finite'],
    patterns: [
      /loss (is|was|became|stopped being|=)\s*(a )?(nan|inf|not finite|a number)/i,
      /(nan|non-?finite|inf) (or inf )?(in|loss|gradient|grad norm|values?)/i,
      /returned nan values in its/i,
      /probability tensor contains either `?inf`?, `?nan`?/i,
      /Current loss scale already at minimum/i,
      /The total norm .* is non-finite/i,
    ],
    // A norm that is not a number now and then is skipped by the optimizer.
    also: [{ tier: 3, patterns: [/['"]?(train_)?(loss|grad_norm)['"]?\s*[:=]\s*['"]?nan\b/i] }],
    cause:
      'The loss ran away and stopped being a number: steps too large, or rows that break the arithmetic.',
    advice: [
      'Take a lower learning rate, with a warm-up.',
      'Look at the rows around the step where it rose: empty answers, broken text.',
    ],
    remedies: ['lower-learning-rate'],
  },
  {
    class: 'bitsandbytes-missing',
    tier: 1,
    patterns: [
      /(requires|need|install|No module named|No package metadata was found for).*bitsandbytes/i,
      /bitsandbytes.*(compiled without GPU support|not compiled with CUDA|is not installed|requires)/i,
      /CUDA Setup failed despite (GPU being available|CUDA being available)/i,
      /libbitsandbytes_\w+\.so.*(cannot open|not found|undefined symbol)|undefined symbol: cquantize/i,
      /Could not find.*libbitsandbytes|CUDA SETUP: .*(ERROR|required library)/i,
      /NoneType' object has no attribute 'cget_managed_ptr/,
    ],
    cause:
      'Quantised weights need the library bitsandbytes, which is missing on the cluster or does not find its CUDA.',
    advice: [
      'The cluster’s owner installs a bitsandbytes that fits the machine’s CUDA.',
      'Or take a base model that is not quantised.',
    ],
  },
  {
    class: 'flash-attention-missing',
    tier: 1,
    patterns: [
      /FlashAttention2? (has been toggled on|cannot be used|only supports)/i,
      /No module named '?flash_attn/i,
      /flash[-_]attn.*(not installed|undefined symbol|seems to be not installed)/i,
    ],
    cause: 'The model asks for FlashAttention, and the cluster has none that fits.',
    advice: [
      'The cluster’s owner installs flash-attn for its PyTorch and CUDA, or lets the model use PyTorch’s own attention.',
    ],
  },
  {
    class: 'module-missing',
    tier: 2,
    patterns: [
      /ModuleNotFoundError/,
      /ImportError: (cannot import name|DLL|lib\w*|.*\.so)/,
      /error while loading shared libraries/,
      /requires the .* library but it was not found/i,
    ],
    cause: 'A library that the trainer needs is missing on the cluster, or of another version.',
    advice: ['The cluster’s owner installs the trainer’s requirements anew.', 'Then try again unchanged.'],
  },
  {
    class: 'wrong-dtype',
    tier: 2,
    patterns: [
      /expected (scalar|m1 and m2|mat1 and mat2|self and|Input type|all tensors).* (dtype|type|BFloat16|Half|Float)/i,
      /expected scalar type \w+ but found/i,
      /must have the same dtype/i,
      /not implemented for '?(Half|BFloat16|Float8\w*|Long|Int|Bool)'?/,
      /Attempting to unscale FP16 gradients/i,
      /Input type .* and (weight|bias) type .* should be the same/i,
      /Only Tensors of floating point .*dtype can require gradients/i,
    ],
    cause:
      'Two parts of the computation use different number formats (float32, float16, bfloat16), or one that the machine cannot compute in.',
    advice: [
      'This is a fault of the trainer or the base model’s files, not of the data: take another base model and tell the installation’s owner.',
    ],
  },
  {
    class: 'weights-damaged',
    tier: 1,
    codes: ['base-model-invalid'],
    patterns: [
      /SafetensorError|safetensors_rust/,
      /(HeaderTooLarge|InvalidHeader|HeaderTooSmall|MetadataIncompleteBuffer|InvalidHeaderDeserialization)/,
      /header too (large|small)|invalid header/i,
      /PytorchStreamReader failed/i,
      /invalid load key/i,
      /Unable to load weights from (pytorch )?checkpoint/i,
      /Consistency check failed/i,
    ],
    cause: 'A file of the base model’s weights is damaged or was fetched only in part.',
    advice: [
      'The cluster’s owner deletes the cached weights, so that they are fetched anew.',
      'Then try again unchanged.',
    ],
  },
  {
    class: 'weights-mismatch',
    tier: 1,
    patterns: [
      /size mismatch for /i,
      /Error\(s\) in loading state_dict/i,
      /mat1 and mat2 shapes cannot be multiplied/i,
      /shape mismatch|shapes? .* (mismatched|does not match)/i,
      /Missing key\(s\) in state_dict|Unexpected key\(s\) in state_dict/i,
    ],
    cause:
      'The weights do not have the shapes that the model’s description says: they belong to another model or version.',
    advice: [
      'Take another base model, or ask the installation’s owner to pin a revision whose files belong together.',
      'Where it happened while resuming: start a new job rather than go on from that checkpoint.',
    ],
  },
];
