import type { ApiCall } from '../records/index.ts';

/**
 * Of two records with one id (two trails, two accounts, a correction) the one to keep: a corrected record before its original, one
 * that shows the key before a redacted view, then the smaller text, so that the choice never depends on which came first.
 */
export function preferred(a: ApiCall, b: ApiCall): ApiCall {
  const rank = rankOf(b) - rankOf(a);
  if (rank !== 0) return rank > 0 ? b : a;
  return JSON.stringify(a) <= JSON.stringify(b) ? a : b;
}

function rankOf(call: ApiCall): number {
  const corrected = call.addendum === 'UPDATED_DATA' ? 2 : 0;
  return corrected + (call.identity.accessKeyId !== '' ? 1 : 0);
}
