import type { Facts } from '../facts.ts';
import { name } from '../text.ts';

/** ` using role orders-role`, or nothing when no record names the role. */
export function usingRole(facts: Facts, noun: string): string {
  return facts.roleName === '' ? '' : ` using ${noun} ${name(facts.roleName)}`;
}

/** GuardDuty replaces the address by the newest; a learned pool says so, because its finding covers many. */
export function calledFrom({ newest, case: { host } }: Facts): string {
  const from = `external IP address ${newest.place.address}`;
  return newest.judgement.scope.kind === 'pool' ? `${from} (one of several in ${name(host)})` : from;
}
