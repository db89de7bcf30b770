import { Tags, type App } from 'aws-cdk-lib';
import { ApiStack } from './api-stack.ts';
import { DataStack } from './data-stack.ts';
import type { Stage } from './stage.ts';
import { WatchStack } from './watch-stack.ts';
import { WebStack } from './web-stack.ts';
import { WorkflowStack } from './workflow-stack.ts';

export interface Application {
  readonly data: DataStack;
  readonly workflow: WorkflowStack;
  readonly api: ApiStack;
  readonly watch: WatchStack;
  readonly web: WebStack | undefined;
}

/**
 * The stacks of one stage. They name no account, so they synthesize anywhere; `builtPages` is the folder of the
 * built web, without which the web stack has its configuration but no pages.
 */
export function brightRun(app: App, stage: Stage, builtPages: string | undefined): Application {
  const named = (part: string) => `BrightRun-${stage.name}-${part}`;
  const data = new DataStack(app, named('data'), { stage });
  const workflow = new WorkflowStack(app, named('workflow'), { stage, data });
  const api = new ApiStack(app, named('api'), { stage, data, workflow });
  const web =
    stage.web.hosting === 'cloudfront'
      ? new WebStack(app, named('web'), { stage, web: stage.web, data, api, builtPages })
      : undefined;
  const watch = new WatchStack(app, named('watch'), { stage, data, workflow, api });
  Tags.of(app).add('application', 'brightrun');
  Tags.of(app).add('stage', stage.name);
  return { data, workflow, api, web, watch };
}
