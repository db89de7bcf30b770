import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ValidationQueue } from './validation-queue.ts';

export function sqsValidationQueue(queueUrl: string): ValidationQueue {
  const client = new SQSClient({});
  return {
    async send({ owner, datasetId, version }, afterSeconds = 0) {
      const MessageBody = JSON.stringify({ owner, datasetId, version });
      await client.send(
        new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, DelaySeconds: afterSeconds }),
      );
    },
  };
}
