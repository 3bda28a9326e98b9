import type { Judged } from '../judge-uses.ts';
import type { Store } from '../store/index.ts';

/** What is known of one function at one remote host, as the newest judgement put it: store documents of kind `host`. */
export interface HostDocument {
  readonly principal: string;
  readonly functionName: string;
  readonly accountId: string;
  /** Address, IPv6 /64 or the network of a pool. */
  readonly host: string;
  readonly state: Judged['judgement']['explanation']['state'];
  readonly evidenceDays: number;
  readonly required: number;
  /** ISO times of the oldest and newest use that is kept. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly silentSince?: string;
  readonly silencedCalls: number;
  readonly text: string;
}

/** Writes the hosts of judged uses down, where anything about them has changed. Becoming learned is thus never silent. */
export async function writeHosts(judged: readonly Judged[], { documents }: Store, at: number): Promise<void> {
  for (const [id, uses] of byHost(judged)) {
    const body = hostOf(uses);
    const known = await documents.get<HostDocument>('host', id);
    if (known === undefined) {
      if (await documents.create('host', id, body, at)) continue;
    }
    const merged = known === undefined ? body : sinceEver(known.body, body);
    if (JSON.stringify(merged) !== JSON.stringify(known?.body)) await documents.replace('host', id, merged, at);
  }
}

function byHost(judged: readonly Judged[]): Map<string, Judged[]> {
  const hosts = new Map<string, Judged[]>();
  for (const each of judged) {
    const { scope } = each.judgement;
    const id = `${each.principal}|${scope.kind === 'pool' ? scope.network : scope.unit}`;
    const uses = hosts.get(id);
    if (uses === undefined) hosts.set(id, [each]);
    else uses.push(each);
  }
  return hosts;
}

function hostOf(uses: readonly Judged[]): HostDocument {
  const newest = uses.at(-1)!;
  const { explanation, scope } = newest.judgement;
  return {
    principal: newest.principal,
    functionName: newest.use.issuedTo.name,
    accountId: newest.use.issuedTo.accountId,
    host: scope.kind === 'pool' ? scope.network : scope.unit,
    state: explanation.state,
    evidenceDays: explanation.evidenceDays,
    required: explanation.required,
    firstSeen: new Date(uses[0]!.use.call.time * 1000).toISOString(),
    lastSeen: new Date(newest.use.call.time * 1000).toISOString(),
    ...(explanation.silentSince === undefined ? {} : { silentSince: explanation.silentSince }),
    silencedCalls: uses.filter(({ judgement }) => !judgement.finding).length,
    text: explanation.text,
  };
}

/** Uses that were dropped are no longer counted one by one: what was known of them stays. */
function sinceEver(before: HostDocument, now: HostDocument): HostDocument {
  const earlier = before.firstSeen < now.firstSeen;
  return {
    ...now,
    firstSeen: earlier ? before.firstSeen : now.firstSeen,
    silencedCalls: Math.max(before.silencedCalls, now.silencedCalls),
    ...(before.silentSince !== undefined && (now.silentSince === undefined || before.silentSince < now.silentSince)
      ? { silentSince: before.silentSince }
      : {}),
  };
}
