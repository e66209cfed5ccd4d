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

/** 0 for none. */
export const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);

/** Nothing for no values, so that it is left out. */
export function spread(values: number[]): Spread | undefined {
  const n = values.length;
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share: number) => tenth(sorted[Math.round(share * (n - 1))] as number);
  const middle = mean(values);
  const variance = mean(values.map((value) => (value - middle) ** 2));
  const cv = hundredth(Math.sqrt(variance) / (middle || 1));
  return n ? { n, p10: quantile(0.1), p50: quantile(0.5), p90: quantile(0.9), cv } : undefined;
}
