import { Duration } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Grant } from './grant.ts';
import type { ServiceFunction } from './service-function.ts';

/** Where every outcome is told once stored; who makes a notification or an e-mail of it listens here. */
export class OutcomeTopic extends Construct {
  readonly topic: Topic;
  /** Outcomes that SNS could not hand to a listener, or that a listener failed on three times. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    this.undelivered = new Queue(this, 'Undelivered', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
  }

  tells(listener: ServiceFunction): void {
    this.topic.addSubscription(
      new LambdaSubscription(listener.function, { deadLetterQueue: this.undelivered }),
    );
  }

  publishes(): Grant {
    return {
      environment: { OUTCOMES_TOPIC_ARN: this.topic.topicArn },
      statements: [{ actions: ['sns:Publish'], resources: [this.topic.topicArn] }],
    };
  }
}
