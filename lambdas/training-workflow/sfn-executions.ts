import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { WorkflowExecutions } from './outbox-store.ts';

/** `arn:…:stateMachine:<name>` → `arn:…:execution:<name>:<execution>`. */
const executionArn = (stateMachineArn: string, name: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;

export function sfnExecutions(sfn: SFNClient, stateMachineArn: string): WorkflowExecutions {
  return {
    async look(name) {
      try {
        const { status } = await sfn.send(
          new DescribeExecutionCommand({ executionArn: executionArn(stateMachineArn, name) }),
        );
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
    async start(name, input) {
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      } catch (error) {
        // Started before, open or closed: the name is the job's, so it is done (fault 19).
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },
  };
}
