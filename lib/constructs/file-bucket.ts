import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  HttpMethods,
  ObjectOwnership,
  type IBucket,
  type LifecycleRule,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Stage } from '../stage.ts';
import type { Grant } from './grant.ts';

export interface FileBucketProps {
  readonly stage: Stage;
  /** The variable that names this bucket to a function. */
  readonly variable: string;
  readonly accessLogs: IBucket;
  readonly lifecycleRules: readonly LifecycleRule[];
  /** Whether new objects are announced on the default event bus. */
  readonly announces?: boolean;
}

/**
 * A private bucket that browsers and trainers reach by presigned URL only. It is versioned, because a URL that is
 * still valid could overwrite a file after it was verified: readers pin the version they verified.
 */
export class FileBucket extends Construct {
  readonly bucket: Bucket;
  readonly #variable: string;

  constructor(scope: Construct, id: string, props: FileBucketProps) {
    super(scope, id);
    this.#variable = props.variable;
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: `${id}/`,
      removalPolicy: props.stage.data === 'kept' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: [...props.lifecycleRules],
      cors: [
        {
          allowedOrigins: [props.stage.webOrigin],
          allowedMethods: [HttpMethods.PUT, HttpMethods.GET, HttpMethods.HEAD],
          // The checksum is signed as a header, so the browser has to be allowed to send it.
          allowedHeaders: ['content-type', 'x-amz-checksum-sha256'],
          exposedHeaders: ['ETag'],
          maxAge: Duration.hours(1).toSeconds(),
        },
      ],
    });
    if (props.announces) {
      // Set on the resource itself: the construct's own switch brings a custom resource in another language.
      const resource = this.bucket.node.defaultChild;
      if (!CfnBucket.isCfnBucket(resource)) throw new Error('The bucket has no CloudFormation resource.');
      resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    }
  }

  /**
   * Read objects below a prefix that ends with a slash, and learn that one is not there: without leave to list,
   * S3 answers 403 for a missing object, which code would take for a fault.
   */
  reads(prefix: string): Grant {
    const { environment, statements } = this.#below(prefix, ['s3:GetObject', 's3:GetObjectVersion']);
    return { environment, statements: [...statements, ...this.#listing()] };
  }

  /** Write objects below a prefix, in one or in many parts. Signing a URL needs what the URL does. */
  writes(prefix: string): Grant {
    return this.#below(prefix, ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts']);
  }

  /** Say of an object what a lifecycle rule looks for. */
  tags(prefix: string): Grant {
    return this.#below(prefix, ['s3:PutObjectTagging']);
  }

  /** Find and delete objects below a prefix with all their versions. */
  deletes(prefix: string): Grant {
    const { environment, statements } = this.#below(prefix, ['s3:DeleteObject', 's3:DeleteObjectVersion']);
    return {
      environment,
      statements: [...statements, { actions: ['s3:ListBucketVersions'], resources: [this.bucket.bucketArn] }],
    };
  }

  /** To list keys. A bucket has one prefix for everything, so a condition on it would bar nothing. */
  #listing(): Grant['statements'] {
    return [{ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }];
  }

  #below(prefix: string, actions: readonly string[]): Grant {
    return {
      environment: this.#environment(),
      statements: [{ actions, resources: [`${this.bucket.bucketArn}/${prefix}*`] }],
    };
  }

  #environment() {
    return { [this.#variable]: this.bucket.bucketName };
  }
}
