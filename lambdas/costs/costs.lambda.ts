import * as z from 'zod';
import {
  costOperations,
  estimateCost,
  exportCosts,
  getCostSummary,
  listCostRecords,
} from '../../contracts/costs.ts';
import { monthlyLimit } from '../account/settings.ts';
import { chooseHyperparameters } from '../catalog/presets.ts';
import { stageCatalog } from '../catalog/stage-catalog.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { commaList } from '../runtime/environment.ts';
import { reply } from '../runtime/reply.ts';
import { serve } from '../runtime/serve.ts';
import { budgetView } from './budget.ts';
import { costsAsCsv } from './csv.ts';
import { checkedData } from './dataset-to-estimate.ts';
import { dynamoCostReader } from './dynamo-cost-reader.ts';
import { estimateRun, withBudget } from './estimate.ts';
import { monthOf } from './ledger.ts';
import { summaryOf } from './summary.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  BASE_MODELS: commaList,
  GPU_TYPES: commaList,
  DEFAULT_MONTHLY_BUDGET_USD_MICROS: z.coerce.number().int().positive(),
});

export const handler = serve(costOperations, environment, (env) => {
  const reader = dynamoCostReader(documentClient(), env.CORE_TABLE);
  const catalog = stageCatalog(env);
  const thisMonth = (now: Date) => monthOf(now.toISOString());
  const budgetOf = async (owner: string, month: string) => {
    const [record, settings] = await Promise.all([reader.budget(owner, month), reader.settings(owner)]);
    return budgetView(record, month, monthlyLimit(settings, env.DEFAULT_MONTHLY_BUDGET_USD_MICROS));
  };
  return {
    [estimateCost.id]: async ({ owner, body, now }) => {
      const baseModel = catalog.baseModel(body.baseModel);
      const gpuType = catalog.gpuType(body.gpuType);
      const [found, budget, paces] = await Promise.all([
        reader.datasetVersion(owner, body.datasetId, body.datasetVersion),
        budgetOf(owner, thisMonth(now())),
        reader.paces(baseModel.family, gpuType.id),
      ]);
      const data = checkedData(found, baseModel);
      const estimate = estimateRun({
        data,
        baseModel,
        gpuType,
        gpuCount: body.gpuCount,
        hyperparameters: chooseHyperparameters(
          baseModel,
          body.preset,
          body.hyperparameters,
          data.summary.format,
        ),
        modelFormat: body.modelFormat,
        paces,
      });
      return withBudget(estimate, budget);
    },
    [getCostSummary.id]: async ({ owner, query, now }) => {
      const month = query.month ?? thisMonth(now());
      const [budget, spend, records] = await Promise.all([
        budgetOf(owner, month),
        reader.spend(owner, month),
        reader.records(owner, month),
      ]);
      const jobs = await reader.jobs(
        owner,
        month,
        records.map((record) => record.jobId),
      );
      return summaryOf(month, { budget, spend, records, jobs }, now());
    },
    [listCostRecords.id]: ({ owner, query, now }) =>
      reader.recordPage(owner, query.month ?? thisMonth(now()), query),
    [exportCosts.id]: async ({ owner, query, now }) => {
      const month = query.month ?? thisMonth(now());
      const csv = costsAsCsv(await reader.records(owner, month, query.jobId));
      const name = `brightrun-costs-${month}.csv`;
      return reply(csv, { headers: { 'content-disposition': `attachment; filename="${name}"` } });
    },
  };
});
