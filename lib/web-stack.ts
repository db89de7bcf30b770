import { Annotations, CfnOutput, Duration, Fn, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import type { Construct } from 'constructs';
import type { ApiStack } from './api-stack.ts';
import type { DataStack } from './data-stack.ts';
import { STRICT_TRANSPORT_SECONDS, securityHeaders } from './security-headers.ts';
import type { Stage } from './stage.ts';

export interface WebStackProps extends StackProps {
  readonly stage: Stage;
  readonly web: Extract<Stage['web'], { hosting: 'cloudfront' }>;
  readonly data: DataStack;
  readonly api: ApiStack;
  /** Folder of the built pages; without it only their configuration is deployed. */
  readonly builtPages: string | undefined;
}

/**
 * Every path that names no file is a page of the one document. It stands before the origin of the pages alone:
 * an error response would turn the API's own 404 into a page.
 */
const PAGE_REWRITE = `
function handler(event) {
  var request = event.request;
  var last = request.uri.split('/').pop();
  if (last.indexOf('.') === -1) request.uri = '/index.html';
  return request;
}
`;

/** The pages and the API on one origin. */
export class WebStack extends Stack {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: WebStackProps) {
    super(scope, id, props);
    const { stage, web, data, api, builtPages } = props;
    const kept = stage.data === 'kept';

    const accessLogs = new Bucket(this, 'AccessLogs', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // CloudFront writes its logs with an access control list.
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
      lifecycleRules: [{ expiration: Duration.days(stage.logRetentionDays) }],
      removalPolicy: kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // What lies here can be built again at any time.
    const pages = new Bucket(this, 'Pages', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: 'pages/',
      removalPolicy: RemovalPolicy.DESTROY,
    });

    this.distribution = new Distribution(this, 'Distribution', {
      comment: `BrightRun ${stage.name}`,
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      enableLogging: true,
      logBucket: accessLogs,
      logFilePrefix: 'distribution/',
      ...(web.webAclArn ? { webAclId: web.webAclArn } : {}),
      ...(web.certificateArn
        ? {
            domainNames: [new URL(stage.webOrigin).host],
            // Without a certificate of its own the distribution's is used, and it fixes this.
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
            certificate: Certificate.fromCertificateArn(this, 'Certificate', web.certificateArn),
          }
        : {}),
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(pages),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: this.#headers(stage, data),
        compress: true,
        functionAssociations: [
          {
            eventType: FunctionEventType.VIEWER_REQUEST,
            function: new Function(this, 'PageRewrite', {
              code: FunctionCode.fromInline(PAGE_REWRITE),
              runtime: FunctionRuntime.JS_2_0,
            }),
          },
        ],
      },
      additionalBehaviors: {
        '/v1/*': {
          origin: new HttpOrigin(Fn.select(2, Fn.split('/', api.api.apiEndpoint)), {
            protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          }),
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          // The Host header stays the gateway's; Authorization goes through with the rest.
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          compress: true,
        },
      },
    });

    this.#uploadPages(stage, data, pages, builtPages);

    const output = (name: string, value: string) => new CfnOutput(this, name, { value });
    output('WebUrl', `https://${this.distribution.distributionDomainName}`);
    output('DistributionId', this.distribution.distributionId);
  }

  #headers(stage: Stage, data: DataStack): ResponseHeadersPolicy {
    const bucket = (name: string) => `https://${name}.s3.${this.region}.amazonaws.com`;
    const headers = securityHeaders({
      signIn: `https://cognito-idp.${this.region}.amazonaws.com`,
      buckets: [data.datasets, data.models].map(({ bucket: { bucketName } }) => bucket(bucketName)),
    });
    const custom = ['Permissions-Policy', 'Cross-Origin-Opener-Policy'].map((header) => ({
      header,
      value: headers[header] ?? '',
      override: true,
    }));
    return new ResponseHeadersPolicy(this, 'Headers', {
      comment: `BrightRun ${stage.name} pages`,
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: headers['Content-Security-Policy'] ?? '',
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: {
          referrerPolicy: HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
          override: true,
        },
        strictTransportSecurity: {
          accessControlMaxAge: Duration.seconds(STRICT_TRANSPORT_SECONDS),
          includeSubdomains: true,
          override: true,
        },
      },
      customHeadersBehavior: { customHeaders: custom },
    });
  }

  #uploadPages(stage: Stage, data: DataStack, pages: Bucket, builtPages: string | undefined): void {
    const configuration = Source.jsonData('config.json', {
      userPoolId: data.userPool.userPoolId,
      userPoolClientId: data.userPoolClient.userPoolClientId,
      userPoolEndpoint: `https://cognito-idp.${this.region}.amazonaws.com/`,
      region: this.region,
      stage: stage.name,
      apiBase: '/v1',
      signUp: stage.signUp.mode,
    });
    const hashed = 'assets/*';
    // A hash in the name says that the file never changes. They go first: the document names them. (They also stand
    // first here, because the CDK's copying function hangs on the first of them.)
    const hashedFiles = builtPages
      ? new BucketDeployment(this, 'HashedFiles', {
          destinationBucket: pages,
          sources: [Source.asset(builtPages)],
          exclude: ['*'],
          include: [hashed],
          // Pages that are open in a browser still ask for the files of the build before.
          prune: false,
          cacheControl: [CacheControl.fromString('public, max-age=31536000, immutable')],
        })
      : undefined;
    const document = new BucketDeployment(this, 'Document', {
      destinationBucket: pages,
      sources: [...(builtPages ? [Source.asset(builtPages)] : []), configuration],
      exclude: [hashed],
      prune: false,
      cacheControl: [CacheControl.fromString('no-cache')],
      distribution: this.distribution,
      distributionPaths: ['/*'],
    });
    if (hashedFiles) {
      document.node.addDependency(hashedFiles);
    } else {
      Annotations.of(this).addWarningV2(
        'brightrun:pages-not-built',
        'web/dist is not built, so this synthesis deploys no pages. "npm run deploy" builds them first.',
      );
    }
  }
}
