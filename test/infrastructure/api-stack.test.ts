/** Routes, who may call them and how fast: the gateway's part of the contract, which local runs only accept. */
import { describe, expect, test } from '@jest/globals';
import { operations } from '../../contracts/operations.ts';
import { resource, resources, synthesized, type Resource } from './synthesized.ts';

const { api } = synthesized('production').templates;
const routes = new Map(
  resources(api, 'AWS::ApiGatewayV2::Route').map((route) => [String(route.Properties['RouteKey']), route]),
);
const authorizers = resources(api, 'AWS::ApiGatewayV2::Authorizer');
const authorizer = (type: 'JWT' | 'REQUEST') => {
  const [found] = authorizers.filter(({ Properties }) => Properties['AuthorizerType'] === type);
  if (!found) throw new Error(`There is no ${type} authorizer.`);
  return found;
};
const routeOf = ({ method, path }: { method: string; path: string }): Resource => {
  const route = routes.get(`${method} /v1${path}`);
  if (!route) throw new Error(`There is no route ${method} /v1${path}.`);
  return route;
};

test('the routes are the operations of the contracts, no more and no fewer', () => {
  expect([...routes.keys()].sort()).toEqual(
    operations.map(({ method, path }) => `${method} /v1${path}`).sort(),
  );
});

test('each route leads to the function of its noun', () => {
  for (const operation of operations) {
    const target = JSON.stringify(routeOf(operation).Properties['Target']);
    const integration = resources(api, 'AWS::ApiGatewayV2::Integration').find(({ id }) =>
      target.includes(`"${id}"`),
    );
    const uri = JSON.stringify(integration?.Properties['IntegrationUri']);
    expect({ operation: operation.id, uri }).toEqual({
      operation: operation.id,
      uri: expect.stringMatching(new RegExp(`"${operation.noun.replaceAll('-', '')}Function[0-9A-F]{8}"`)),
    });
  }
});

describe('who may call', () => {
  test('an id token opens no operation of a person: each asks for the scope only access tokens have', () => {
    for (const operation of operations.filter(({ caller }) => caller === 'user' || caller === 'admin')) {
      expect(routeOf(operation).Properties).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizationScopes: ['aws.cognito.signin.user.admin'],
        AuthorizerId: { Ref: authorizer('JWT').id },
      });
    }
  });

  test('tokens are of this pool and this client', () => {
    const { JwtConfiguration } = authorizer('JWT').Properties as {
      JwtConfiguration: { Issuer: unknown; Audience: unknown[] };
    };
    expect(JSON.stringify(JwtConfiguration.Issuer)).toMatch(
      /"https:\/\/cognito-idp\.",\{"Ref":"AWS::Region"\},"\.amazonaws\.com\/",\{"Fn::ImportValue":"[^"]*People/,
    );
    expect(JwtConfiguration.Audience).toEqual([{ 'Fn::ImportValue': expect.stringContaining('Peopleweb') }]);
  });

  test('a trainer’s token is looked at on every call, never remembered', () => {
    expect(authorizer('REQUEST').Properties).toMatchObject({
      AuthorizerResultTtlInSeconds: 0,
      EnableSimpleResponses: true,
      AuthorizerPayloadFormatVersion: '2.0',
      IdentitySource: ['$request.header.Authorization'],
    });
    const trainers = operations.filter(({ caller }) => caller === 'run' || caller === 'bootstrap');
    expect(trainers.length).toBeGreaterThan(0);
    for (const operation of trainers) {
      expect(routeOf(operation).Properties).toMatchObject({
        AuthorizationType: 'CUSTOM',
        AuthorizerId: { Ref: authorizer('REQUEST').id },
      });
    }
  });

  test('only what the contracts open to nobody in particular is open', () => {
    const open = [...routes.entries()].filter(
      ([, { Properties }]) => Properties['AuthorizationType'] === 'NONE',
    );
    expect(open.map(([key]) => key).sort()).toEqual(
      operations
        .filter(({ caller }) => caller === 'nobody-in-particular')
        .map(({ method, path }) => `${method} /v1${path}`)
        .sort(),
    );
  });
});

describe('the stage', () => {
  const stage = resource(api, 'AWS::ApiGatewayV2::Stage').Properties;

  test('the API is throttled as a whole', () => {
    expect(stage).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: expect.objectContaining({
        ThrottlingRateLimit: 1000,
        ThrottlingBurstLimit: 2000,
      }),
    });
  });

  test('the access log names the caller and carries no token, query or address', () => {
    const { AccessLogSettings } = stage as { AccessLogSettings: { Format: string } };
    const { Format } = AccessLogSettings;
    expect(JSON.parse(Format)).toMatchObject({ owner: '$context.authorizer.claims.sub' });
    expect(Format).not.toMatch(/header|authorization|query|sourceIp|userAgent|\$context\.path/i);
  });

  test('pages and API share an origin, so no other origin is answered', () => {
    expect(resource(api, 'AWS::ApiGatewayV2::Api').Properties).not.toHaveProperty('CorsConfiguration');
  });
});

test('the same input gives the same templates', () => {
  expect(synthesized('productionAgain').templates).toEqual(synthesized('production').templates);
});
