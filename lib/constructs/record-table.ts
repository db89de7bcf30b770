import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Stage } from '../stage.ts';
import type { Grant } from './grant.ts';

export interface RecordTableProps {
  readonly stage: Stage;
  /** The variable that names this table to a function. */
  readonly variable: string;
  /** Rows that must never be lost: point-in-time recovery, deletion protection, kept when the stack goes. */
  readonly precious?: boolean;
  /** Rows end by themselves at `expiresAt` (epoch seconds); until DynamoDB gets to it readers filter. */
  readonly expires?: boolean;
  readonly streams?: boolean;
  readonly indexes?: readonly { readonly name: string; readonly partition: string; readonly sort: string }[];
}

const string = (name: string) => ({ name, type: AttributeType.STRING });

/** One on-demand table with keys `pk` and `sk`: nothing is paid while nobody reads or writes. */
export class RecordTable extends Construct {
  readonly table: Table;
  readonly #variable: string;
  readonly #indexes: readonly string[];

  constructor(scope: Construct, id: string, props: RecordTableProps) {
    super(scope, id);
    const kept = props.stage.data === 'kept';
    this.#variable = props.variable;
    this.#indexes = (props.indexes ?? []).map((index) => index.name);
    this.table = new Table(this, 'Table', {
      partitionKey: string('pk'),
      sortKey: string('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.precious ?? false },
      deletionProtection: kept && (props.precious ?? false),
      removalPolicy: kept && props.precious ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(props.expires ? { timeToLiveAttribute: 'expiresAt' } : {}),
      ...(props.streams ? { stream: StreamViewType.NEW_IMAGE } : {}),
    });
    for (const index of props.indexes ?? []) {
      this.table.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: string(index.partition),
        sortKey: string(index.sort),
        projectionType: ProjectionType.ALL,
      });
    }
  }

  /** Read single rows and ranges of one owner; never a scan. */
  reads(): Grant {
    return {
      environment: { [this.#variable]: this.table.tableName },
      statements: [
        {
          actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
          resources: [
            this.table.tableArn,
            ...this.#indexes.map((name) => `${this.table.tableArn}/index/${name}`),
          ],
        },
      ],
    };
  }

  /** Write, and check conditions in a transaction. */
  writes(): Grant {
    return {
      environment: { [this.#variable]: this.table.tableName },
      statements: [
        {
          actions: [
            'dynamodb:PutItem',
            'dynamodb:UpdateItem',
            'dynamodb:DeleteItem',
            'dynamodb:ConditionCheckItem',
          ],
          resources: [this.table.tableArn],
        },
      ],
    };
  }
}
