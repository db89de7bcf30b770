/** Every function: what it is given is what it reads, and what it may do is named. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { resources, synthesized, type Resource, type Synthesized, type Template } from './synthesized.ts';

const everywhere = synthesized('ownDomain');
const inVpc = synthesized('clusterInVpc');
const functionsOf = ({ templates }: Synthesized) =>
  [templates.data, templates.workflow, templates.api].flatMap((template) =>
    resources(template, 'AWS::Lambda::Function').map((found) => ({ ...found, template })),
  );
const deployed = functionsOf(everywhere);

const entries = globSync('lambdas/*/*.lambda.ts').map((file) => ({
  file,
  /** `BrightRun prod: <construct id>`, and a construct is called as its file. */
  name: file.replace(/^.*\/(.*)\.lambda\.ts$/, '$1'),
}));
const nameOf = ({ Properties }: Resource) => String(Properties['Description']).replace(/^.*: /, '');
const variablesOf = (found: Resource) =>
  Object.keys(
    z
      .object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) })
      .parse(found.Properties).Environment.Variables,
  );

/** What no code of ours reads: glibc does, before Node begins. */
const READ_BY_LIBC = ['MALLOC_ARENA_MAX'];

/** 6,400 times a day and job, all alike: as traces they would be a fifth of all that the job's control plane costs. */
const CALLED_BY_RUNS = ['authorize-run', 'runs'];

test('every entry is deployed once, and nothing else is', () => {
  expect(deployed.map(nameOf).sort()).toEqual(entries.map(({ name }) => name).sort());
});

describe('environments', () => {
  test.each(entries.map(({ file, name }) => [name, file] as const))(
    '%s is given exactly the variables it reads',
    async (name, file) => {
      const { environment } = z
        .object({ environment: z.instanceof(z.ZodObject) })
        .parse(await import(`../../${file}`));
      const given = deployed.find((found) => nameOf(found) === name);
      if (!given) throw new Error(`${file} is not deployed.`);
      const required = Object.entries(environment.shape)
        .filter(([, schema]) => !(schema as z.ZodType).safeParse(undefined).success)
        .map(([variable]) => variable);
      const known = new Set(['STAGE', ...READ_BY_LIBC, ...Object.keys(environment.shape)]);
      const variables = variablesOf(given);
      expect(variables.filter((variable) => !known.has(variable))).toEqual([]);
      expect(variables).toEqual(expect.arrayContaining(required));
    },
  );
});

describe('each function', () => {
  test.each(deployed.map((found) => [nameOf(found), found] as const))('%s runs as agreed', (_, found) => {
    expect(found.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      TracingConfig: { Mode: CALLED_BY_RUNS.includes(nameOf(found)) ? 'PassThrough' : 'Active' },
      LoggingConfig: expect.objectContaining({ LogFormat: 'JSON', LogGroup: expect.anything() }),
    });
    expect(Number(found.Properties['MemorySize'])).toBeGreaterThanOrEqual(512);
  });

  test('has a role of its own', () => {
    const roles = deployed.map(({ Properties, template }) =>
      JSON.stringify([Properties['Role'], stackOf(template)]),
    );
    expect(new Set(roles).size).toBe(deployed.length);
  });

  test('keeps its log for as long as the stage says', () => {
    for (const { template } of deployed) {
      for (const group of resources(template, 'AWS::Logs::LogGroup')) {
        expect(group.Properties['RetentionInDays']).toBe(90);
      }
    }
  });
});

const stackOf = (template: Template) => Object.values(everywhere.templates).indexOf(template);

describe('permissions', () => {
  const statements = [
    everywhere.templates.data,
    everywhere.templates.workflow,
    everywhere.templates.api,
  ].flatMap((template) =>
    resources(template, 'AWS::IAM::Policy').flatMap(({ id, Properties }) =>
      z
        .object({
          Statement: z.array(
            z.looseObject({
              Action: z.union([z.string(), z.array(z.string())]),
              Resource: z.unknown(),
              Condition: z.unknown().optional(),
            }),
          ),
        })
        .parse(Properties['PolicyDocument'])
        .Statement.map((statement) => ({ id, ...statement })),
    ),
  );

  test('no action is a pattern', () => {
    expect(statements.length).toBeGreaterThan(entries.length);
    for (const { id, Action } of statements)
      expect({ id, Action: JSON.stringify(Action) }).not.toMatchObject({
        Action: expect.stringContaining('*'),
      });
  });

  test('on every resource there is only what AWS scopes to none: traces, log delivery, the list of streams', () => {
    const anywhere = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
    for (const action of anywhere)
      expect(action).toMatch(
        /^(xray:Put|xray:Get|logs:\w+(LogDeliver|ResourcePolic|LogGroups)|dynamodb:ListStreams$)/,
      );
  });

  test('no function reads a whole table', () => {
    expect(statements.flatMap(({ Action }) => Action)).not.toContain('dynamodb:Scan');
  });

  test('objects are reached below a prefix, never across a bucket', () => {
    const objects = statements.filter(({ Action }) =>
      JSON.stringify(Action).match(/s3:(Get|Put|Delete)Object/),
    );
    expect(objects.length).toBeGreaterThan(0);
    for (const { Resource } of objects) expect(JSON.stringify(Resource)).toMatch(/\/(datasets|models)\/\*/);
  });

  test('no managed policy stands behind a function', () => {
    for (const { template } of deployed) {
      for (const role of resources(template, 'AWS::IAM::Role')) {
        expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
      }
    }
  });
});

test('the functions that speak to the cluster join its VPC, and no other does', () => {
  const joined = functionsOf(inVpc).filter(({ Properties }) => 'VpcConfig' in Properties);
  expect(joined.map(nameOf).sort()).toEqual(['clean-up', 'observe-run', 'submit-run']);
  for (const { Properties } of joined) {
    expect(Properties['VpcConfig']).toEqual({
      SecurityGroupIds: ['sg-1'],
      SubnetIds: ['subnet-1', 'subnet-2'],
    });
  }
});

test('nothing that is deployed knows what stands in for AWS', () => {
  const files = globSync('{lib,lambdas,contracts,bin}/**/*.{ts,json}');
  expect(files.length).toBeGreaterThan(50);
  const mentioning = files.filter((file) => /ministack|localstack|emulat/i.test(readFileSync(file, 'utf8')));
  expect(mentioning).toEqual([]);
});
