/** JSON whose numbers are written as they stood: `1.0` would else become `1`, and an id of 19 digits another id. */

/** In Node since 21; TypeScript's libraries do not know them yet. */
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON: (text: string) => object;
  isRawJSON: (value: unknown) => boolean;
};

/** Whether a value stands for a number's text: an object, but not one of the row. */
export const isNumberText = isRawJSON;

/** Numbers with a fraction, an exponent or more digits than a double keeps: rare, so that most rows are parsed once. */
const MAY_CHANGE = /\d[.eE]|\d{16}|-0/;

/** The value again, where a number would not be written as it stood; a weight is a number to the reader of rows. */
export function withNumberTexts(text: string, value: unknown): unknown {
  if (!MAY_CHANGE.test(text)) return value;
  const reviver = (name: string, each: unknown, { source }: { source: string }): unknown =>
    typeof each !== 'number' || name === 'weight' || JSON.stringify(each) === source ? each : rawJSON(source);
  return JSON.parse(text, reviver as (name: string, each: unknown) => unknown);
}
