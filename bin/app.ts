/** Reads the stage and makes the stacks. */
import { existsSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { brightRun } from '../lib/application.ts';
import { readStage } from '../lib/stage.ts';

const app = new App();
const stage = readStage(app.node.tryGetContext('stage'), (key) => app.node.tryGetContext(key), process.env);
brightRun(app, stage, existsSync('web/dist/index.html') ? 'web/dist' : undefined);
