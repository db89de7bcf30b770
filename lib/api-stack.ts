import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
  type IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpJwtAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Caller, Noun } from '../contracts/operation.ts';
import { operations } from '../contracts/operations.ts';
import { offers, setting, type Grant } from './constructs/grant.ts';
import { ServiceFunction } from './constructs/service-function.ts';
import type { DataStack } from './data-stack.ts';
import type { Stage } from './stage.ts';
import type { WorkflowStack } from './workflow-stack.ts';

export interface ApiStackProps extends StackProps {
  readonly stage: Stage;
  readonly data: DataStack;
  readonly workflow: WorkflowStack;
}

/** The gateway gives up after 30 s; a function that needs half of that has lost its caller. */
const API_TIMEOUT = Duration.seconds(15);
/** Only access tokens carry it: an id token, which the pool signs with the same keys, is refused (design.md §5). */
const ACCESS_TOKEN_SCOPE = 'aws.cognito.signin.user.admin';

/** The HTTP API: one function a noun, one route an operation, both taken from the contracts. */
export class ApiStack extends Stack {
  readonly api: HttpApi;
  readonly functions: Readonly<Record<Noun, ServiceFunction>>;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { stage, data } = props;

    this.api = new HttpApi(this, 'Api', {
      apiName: `brightrun-${stage.name}`,
      description: 'BrightRun',
      // Pages and API share an origin, so there is no CORS to answer.
      createDefaultStage: false,
    });
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: stage.logRetentionDays satisfies RetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'DefaultStage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: stage.throttle.ratePerSecond, burstLimit: stage.throttle.burst },
      // Metrics of each route would be billed as custom ones; the access log answers the same questions.
      detailedMetricsEnabled: false,
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        // No header, no query and no address of a person: who called is the token's subject.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            time: '$context.requestTimeEpoch',
            route: '$context.routeKey',
            status: '$context.status',
            owner: '$context.authorizer.claims.sub',
            refused: '$context.authorizer.error',
            milliseconds: '$context.responseLatency',
            integrationError: '$context.integrationErrorMessage',
          }),
        ),
      },
    });

    const may = grantsByNoun(props);
    const functions = {} as Record<Noun, ServiceFunction>;
    const integrations = new Map<Noun, HttpLambdaIntegration>();
    // A run calls this and its authorizer 3,200 times a day: as traces, all alike, $0.032 at $5 a million.
    const nounsOfRuns = new Set(
      operations.filter(({ caller }) => caller === 'run').map((operation) => operation.noun),
    );
    for (const noun of new Set(operations.map((operation) => operation.noun))) {
      const service = new ServiceFunction(this, noun, {
        stage,
        entry: `${noun}/${noun}`,
        timeout: API_TIMEOUT,
        may: may[noun],
        beginsTraces: !nounsOfRuns.has(noun),
      });
      functions[noun] = service;
      integrations.set(
        noun,
        new HttpLambdaIntegration(noun, service.function, { scopePermissionToRoute: false }),
      );
    }
    this.functions = functions;

    const people = new HttpJwtAuthorizer(
      'people',
      // Written by hand from region and pool: it is what stands in the token.
      `https://cognito-idp.${this.region}.amazonaws.com/${data.userPool.userPoolId}`,
      { jwtAudience: [data.userPoolClient.userPoolClientId] },
    );
    const authorizeRun = new ServiceFunction(this, 'authorize-run', {
      stage,
      entry: 'runs/authorize-run',
      timeout: Duration.seconds(5),
      may: [data.runTokens()],
      beginsTraces: false,
    });
    const runs = new HttpLambdaAuthorizer('runs', authorizeRun.function, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization'],
      // Never from a cache: a token is void the moment its attempt is not the live one.
      resultsCacheTtl: Duration.seconds(0),
    });
    const callers: Record<Caller, { authorizer: IHttpRouteAuthorizer; authorizationScopes?: string[] }> = {
      'nobody-in-particular': { authorizer: new HttpNoneAuthorizer() },
      user: { authorizer: people, authorizationScopes: [ACCESS_TOKEN_SCOPE] },
      // That they are in the group is proven by the function: the gateway checks scopes, not groups.
      admin: { authorizer: people, authorizationScopes: [ACCESS_TOKEN_SCOPE] },
      bootstrap: { authorizer: runs },
      run: { authorizer: runs },
    };

    for (const { noun, method, path, caller } of operations) {
      const integration = integrations.get(noun);
      if (!integration) throw new Error(`No function serves ${noun}.`);
      this.api.addRoutes({
        path: `/v1${path}`,
        methods: [HttpMethod[method]],
        integration,
        ...callers[caller],
      });
    }

    const output = (name: string, value: string) => new CfnOutput(this, name, { value });
    output('ApiId', this.api.apiId);
    output('ApiUrl', `${this.api.apiEndpoint}/v1`);
  }
}

/** What each noun's function may do. A row here is the whole of it. */
function grantsByNoun({ stage, data, workflow }: ApiStackProps): Record<Noun, Grant[]> {
  const records = [data.core.reads(), data.core.writes()];
  const telemetry = [data.telemetry.reads(), data.telemetry.writes()];
  const expiring = [data.ephemeral.reads(), data.ephemeral.writes()];
  const ownBudget = setting('DEFAULT_MONTHLY_BUDGET_USD_MICROS', String(stage.defaultMonthlyBudgetUsdMicros));
  const platformBudget = setting(
    'PLATFORM_MONTHLY_BUDGET_USD_MICROS',
    String(stage.platformMonthlyBudgetUsdMicros),
  );
  return {
    health: [],
    catalog: [offers(stage)],
    datasets: [
      ...records,
      ...expiring,
      data.datasets.reads('datasets/'),
      data.datasets.writes('datasets/'),
      data.datasets.deletes('datasets/'),
      workflow.mayValidate(),
      // Tokens of a preview are counted as the check counts them.
      setting('BASE_MODELS', stage.baseModels.join(',')),
    ],
    costs: [data.core.reads(), offers(stage), ownBudget],
    // Creating a job writes its first event beside it, in one transaction.
    'training-jobs': [...records, ...expiring, ...telemetry, offers(stage), ownBudget, platformBudget],
    // Looking at a live job marks that somebody watches.
    metrics: [data.core.reads(), ...telemetry, data.models.reads('models/')],
    models: [...records, data.models.reads('models/'), data.models.deletes('models/')],
    notifications: expiring,
    account: [...records, data.readsAddresses(), ownBudget],
    // Reads anybody's jobs, budgets and settings; writes caps, cancellations and its own log.
    admin: [...records, ...telemetry, data.readsAddresses(), ownBudget, platformBudget],
    runs: [
      ...records,
      ...telemetry,
      data.runTokens(),
      data.datasets.reads('datasets/'),
      data.models.reads('models/'),
      data.models.writes('models/'),
      setting('REPORT_SECONDS', String(stage.reportSeconds)),
    ],
  };
}
