import type { Store } from '../../store/index.ts';
import { type Line, ok, unchecked, warn } from '../line.ts';

/** What the store knows of the trail and of hosts. */
export async function checkInside(
  store: Store,
  mode: string,
): Promise<{ readonly coverage: Line[]; readonly learning: Line[] }> {
  const [counters, hosts, statements] = await Promise.all([
    store.counters.list('coverage:'),
    store.documents.list<{ readonly state?: unknown }>('host'),
    store.documents.list('statement'),
  ]);
  const states = new Map<string, number>();
  for (const { body } of hosts) {
    const state = typeof body.state === 'string' ? body.state : 'unknown';
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  const counts = [...states].sort().map(([state, count]) => `${count} ${state}`);
  const found = `mode ${mode}; hosts: ${counts.join(', ') || 'none yet'}; ${statements.length} statements by people`;
  return { coverage: coverageLines(counters.map(({ name }) => name)), learning: [ok('learning', '', found)] };
}

/** Counters `coverage:<account>:<region>:management` and `…:s3data` say what records came from where. */
export function coverageLines(names: readonly string[]): Line[] {
  const accounts = new Map<string, { management: Set<string>; s3data: Set<string> }>();
  for (const name of names) {
    const [, account, region, kind] = name.split(':');
    if (account === undefined || region === undefined) continue;
    const seen = accounts.get(account) ?? { management: new Set(), s3data: new Set() };
    accounts.set(account, seen);
    if (kind === 'management' || kind === 's3data') seen[kind].add(region);
  }
  if (accounts.size === 0)
    return [unchecked('coverage', '', 'no records were read yet', 'Look again when the source has brought some.')];
  const regions = new Set([...accounts.values()].flatMap(({ management }) => [...management]));
  const lines = [ok('coverage', '', `records of ${accounts.size} accounts in ${regions.size} regions were read`)];
  const without = (kind: 'management' | 's3data') =>
    [...accounts]
      .filter(([, seen]) => seen[kind].size === 0)
      .map(([account]) => account)
      .sort();
  const noS3 = without('s3data');
  if (noS3.length > 0)
    lines.push(
      warn(
        'coverage',
        '',
        `no S3 data event was seen of ${listed(noS3)}`,
        'Switch S3 data events on there, unless these accounts keep nothing in S3.',
      ),
    );
  const noManagement = without('management');
  if (noManagement.length > 0)
    lines.push(
      warn(
        'coverage',
        '',
        `no management event was seen of ${listed(noManagement)}`,
        'Without them a key cannot be attributed: record management events there.',
      ),
    );
  return lines;
}

const MOST_NAMED = 10;

function listed(accounts: readonly string[]): string {
  const named = accounts.slice(0, MOST_NAMED).join(', ');
  return accounts.length > MOST_NAMED ? `${named} and ${accounts.length - MOST_NAMED} more` : named;
}
