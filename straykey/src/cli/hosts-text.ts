import type { HostDocument } from '../live/index.ts';
import type { Statement } from '../statements/index.ts';
import { rows } from './layout.ts';
import { number } from './progress.ts';

/** What a store has learned, one paragraph for each function and host. */
export function describeHosts(hosts: readonly HostDocument[], columns: number): string {
  if (hosts.length === 0) return 'No host is learned.\n';
  const lines = hosts.flatMap(
    ({ evidenceDays, host, lastSeen, principal, required, silencedCalls, silentSince, state, text }) =>
      [
        [host, `${principal.split('/').at(-1)} (${principal})`],
        [
          '',
          `${state}: ${evidenceDays} of ${required} evidence days; last seen ${lastSeen.slice(0, 16)}Z; ${number(silencedCalls)} calls silenced${silentSince === undefined ? '' : `, since ${silentSince}`}`,
        ],
        ['', text],
      ] as const,
  );
  return `Hosts\n\n${rows(lines, columns, undefined, 20)}\n`;
}

export function describeStatements(statements: readonly Statement[], columns: number): string {
  if (statements.length === 0) return 'No statements about hosts.\n';
  const lines = statements.flatMap((statement): (readonly [string, string])[] => [
    [
      statement.host,
      `${statement.verdict} for ${aboutText(statement)}, from ${new Date(statement.since * 1000).toISOString().slice(0, 16)}Z on${termsText(statement)}`,
    ],
    ['', `${statement.by}, ${new Date(statement.made * 1000).toISOString().slice(0, 16)}Z: ${statement.reason}`],
  ]);
  return `Statements\n\n${rows(lines, columns, undefined, 20)}`;
}

function aboutText({ function: name, account }: Statement): string {
  const who = name ?? 'all functions';
  return account === undefined ? who : `${who} of ${account}`;
}

function termsText({ verdict, accept, ttlDays }: Statement): string {
  if (verdict !== 'expected') return '';
  return ` for ${ttlDays ?? 180} days${accept === undefined ? '' : `, ${accept.join(', ')} accepted`}`;
}
