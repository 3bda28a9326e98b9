/** 95 % intervals and quantiles for the tables. */

export interface Share {
  readonly hits: number;
  readonly of: number;
}

/** Wilson score interval of a share, in per cent. `of` must be above 0. */
export function wilson({ hits, of }: Share): { readonly percent: number; readonly low: number; readonly high: number } {
  const z = 1.96;
  const p = hits / of;
  const centre = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of));
  return { percent: 100 * p, low: 100 * Math.max(0, centre - half), high: 100 * Math.min(1, centre + half) };
}

/** Mean and 1.96 standard errors over the seeds; no error from fewer than two. */
export function meanOver(values: readonly number[]): { readonly mean: number; readonly error?: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  if (values.length < 2) return { mean };
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: 1.96 * Math.sqrt(variance / values.length) };
}

/** The nearest-rank quantile; undefined of nothing. */
export function quantile(values: readonly number[], q: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}
