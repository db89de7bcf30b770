/** Check sums that more than one kind of number has. */
const luhnSum = (digits: string) =>
  [...digits].reverse().reduce((sum, d, i) => sum + (i % 2 ? (+d * 2 > 9 ? +d * 2 - 9 : +d * 2) : +d), 0);
export const isLuhn = (digits: string): boolean => luhnSum(digits) % 10 === 0;

/** The digits, each times its weight. */
export const weighed = (digits: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0);
