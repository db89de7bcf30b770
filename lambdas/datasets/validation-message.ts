/** What makes a version be checked: our own message, or the bucket's event when that never came. */
import * as z from 'zod';
import { fileOfKey } from './upload.ts';
import { ValidationRequest } from './validation-queue.ts';

/** EventBridge's "Object Created", as far as it is read. */
const ObjectCreated = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.literal('Object Created'),
  detail: z.object({
    object: z.object({ key: z.string(), 'version-id': z.string().optional() }),
  }),
});

/** What a message asks for; nothing for other objects, and for a message of any other form. */
export function requestOfMessage(body: unknown): ValidationRequest | undefined {
  const own = ValidationRequest.safeParse(body);
  if (own.success) return own.data;
  const event = ObjectCreated.safeParse(body);
  const file = event.success ? fileOfKey(event.data.detail.object.key) : undefined;
  return file && { owner: file.owner, datasetId: file.datasetId, version: file.version };
}
