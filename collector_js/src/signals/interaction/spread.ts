/** Many times told in a few numbers. */

export interface Spread {
  n: number;
  p10: number;
  p50: number;
  p90: number;
  cv: number;
}

/** Times to a tenth: finer than any hand. Ratios to a hundredth. */
export const tenth = (value: number): number => Math.round(value * 10) / 10;
export const hundredth = (value: number): number => Math.round(value * 100) / 100;

/** Nothing for no values, so that it is left out. */
export function spread(values: number[]): Spread | undefined {
  const n = values.length;
  if (!n) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share: number) => tenth(sorted[Math.round(share * (n - 1))] as number);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  return {
    n,
    p10: quantile(0.1),
    p50: quantile(0.5),
    p90: quantile(0.9),
    cv: hundredth(Math.sqrt(variance) / (mean || 1)),
  };
}
