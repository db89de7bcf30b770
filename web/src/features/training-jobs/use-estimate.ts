import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { estimateCost } from '../../../../contracts/costs.ts';
import type { GpuType, PresetId } from '../../../../contracts/catalog.ts';
import { query } from '../../lib/api.ts';
import { runChoicesOf, type RunForm } from './run-form.ts';

/** Typing settles for so long before it is priced: with the call itself far inside the 500 ms that are promised. */
const SETTLE_MILLISECONDS = 180;

/** A value that follows `value` once the same object has stood for a moment. */
function useSettled<Value>(value: Value, milliseconds = SETTLE_MILLISECONDS): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

type Choices = NonNullable<ReturnType<typeof runChoicesOf>>;
const priced = (body: Choices | undefined, enabled: boolean) => ({
  ...query(
    estimateCost,
    { body: body as Choices },
    { enabled: enabled && body !== undefined, freshMilliseconds: 60_000 },
  ),
  retry: false,
});

/** The estimate of what is chosen; old figures stay until the new ones are there. */
export function useEstimate(form: RunForm, ready: boolean) {
  const settled = useSettled(form);
  return useQuery({ ...priced(runChoicesOf(settled), ready), placeholderData: keepPreviousData });
}

/** While the form can't be priced, all of a row's queries would be one and the same; they are told apart until then. */
function apart(query: ReturnType<typeof priced>, name: string) {
  return {
    ...query,
    queryKey: query.enabled ? query.queryKey : [...query.queryKey, name],
    placeholderData: keepPreviousData,
  };
}

/** The same choices under each preset, asked for after the main estimate has come. */
export function usePresetEstimates(form: RunForm, presets: readonly PresetId[], ready: boolean) {
  const settled = useSettled(form);
  const answers = useQueries({
    queries: presets.map((preset) => apart(priced(runChoicesOf(settled, preset), ready), preset)),
  });
  return new Map(presets.map((preset, index) => [preset, answers[index]?.data]));
}

/** The same run on each other GPU type. */
export function useGpuEstimates(form: RunForm, gpuTypes: readonly GpuType[], ready: boolean) {
  const settled = useSettled(form);
  const answers = useQueries({
    queries: gpuTypes.map((type) =>
      apart(priced(runChoicesOf({ ...settled, gpuType: type.id }), ready && gpuTypes.length > 1), type.id),
    ),
  });
  return new Map(gpuTypes.map((type, index) => [type.id, answers[index]?.data]));
}
