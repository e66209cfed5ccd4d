/** Many times told in a few numbers. */

export interface Spread {
  n: number;
  p10: number;
  p50: number;
  p90: number;
  cv: number;
}

/** To a tenth: finer than any hand, coarser than any key's own sound. */
export const tenth = (value: number): number => Math.round(value * 10) / 10;
export const hundredth = (value: number): number => Math.round(value * 100) / 100;

export const quantile = (values: number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return tenth(sorted[Math.floor(share * (sorted.length - 1) + 0.5)] as number);
};

/** Standard deviation over mean, from running sums. Undefined where there is no mean to hold it against. */
export const variation = (n: number, sum: number, squares: number): number | undefined =>
  sum > 0 ? hundredth(Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2)) / (sum / n)) : undefined;

/** Undefined for no values, so that it is left out. */
export function spread(values: number[]): Spread | undefined {
  const n = values.length;
  if (!n) return undefined;
  const total = (power: number) => values.reduce((sum, value) => sum + value ** power, 0);
  return {
    n,
    p10: quantile(values, 0.1),
    p50: quantile(values, 0.5),
    p90: quantile(values, 0.9),
    cv: variation(n, total(1), total(2)) ?? 0,
  };
}
