import type { Finding } from '../findings/index.ts';
import { evidenceOf } from '../findings/index.ts';
import { type Acceptable, type Category, categoryOf } from '../model/index.ts';
import type { Statement } from './statement.ts';

/**
 * Feedback on a finding as a statement about its host, MODEL.md 2.11. `NOT_USEFUL` (the use was expected): expected, for this function
 * and this host or pool, with the sensitive categories that the finding shows; critical calls only when the person says so. `USEFUL` (it
 * was theft): malicious, for all functions. Undefined for a finding that is not ours.
 */
export function statementFrom(
  finding: Finding,
  feedback: 'USEFUL' | 'NOT_USEFUL',
  said: Pick<Statement, 'id' | 'made' | 'since' | 'by' | 'reason'>,
  options: { readonly acceptCritical?: boolean; readonly ttlDays?: number } = {},
): readonly Statement[] | undefined {
  const evidence = evidenceOf(finding);
  if (evidence === undefined) return undefined;
  const { scope } = evidence.learning;
  const hosts = scope.kind === 'pool' ? scope.blocks : [scope.unit];
  const ids = hosts.map((_, i) => (hosts.length === 1 ? said.id : `${said.id}-${i + 1}`));
  if (feedback === 'USEFUL') return hosts.map((host, i) => ({ ...said, id: ids[i]!, verdict: 'malicious', host }));
  const { issuedTo } = evidence.credential;
  const shown = new Set(evidence.calls.byApi.listed.map(({ service, api }) => categoryOf(service, api, undefined)));
  const accept = (['RECON', 'SECRETS', 'ROLE_CHAIN'] as const).filter((category) =>
    shown.has(category satisfies Category),
  );
  const accepted: readonly Acceptable[] =
    options.acceptCritical && shown.has('CRITICAL') ? [...accept, 'CRITICAL'] : accept;
  return hosts.map((host, i) => ({
    ...said,
    id: ids[i]!,
    verdict: 'expected',
    host,
    function: issuedTo.name,
    account: issuedTo.accountId,
    ...(accepted.length === 0 ? {} : { accept: accepted }),
    ...(options.ttlDays === undefined ? {} : { ttlDays: options.ttlDays }),
  }));
}
