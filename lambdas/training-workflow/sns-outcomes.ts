import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { OutcomeTopic } from './outbox-store.ts';

export function snsOutcomes(sns: SNSClient, topicArn: string): OutcomeTopic {
  return {
    async publish(outcome, key) {
      await sns.send(
        new PublishCommand({
          TopicArn: topicArn,
          Message: JSON.stringify(outcome),
          MessageAttributes: { key: { DataType: 'String', StringValue: key } },
        }),
      );
    },
  };
}
