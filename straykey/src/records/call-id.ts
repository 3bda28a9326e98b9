import { asMembers, type Members, own, text } from './fields.ts';
import { membersOf } from './struct-text.ts';

/**
 * Under which identity a record is counted: the event an addendum corrects, else the event id shared by the accounts that saw the same
 * action, else its own event id, else a hash of its content. So a record counts once however many trails, accounts and
 * files hold it. Never empty.
 */
export function callId(record: Members): string {
  const addendum = membersOf(own(record, 'addendum'));
  return (
    (addendum === undefined ? '' : idText(addendum, 'originalEventID')) ||
    idText(record, 'sharedEventID') ||
    idText(record, 'eventID') ||
    contentHash(record)
  );
}

function idText(members: Members, name: string): string {
  const found = text(own(members, name)).trim();
  return found === 'null' ? '' : found;
}

/** Members nested deeper than this do not tell two records apart. */
const HASH_DEPTH = 64;

/**
 * 128 bits, as 32 hex digits, of a JSON value: member order does not matter, everything else does. Not cryptographic; it names records that
 * an export stripped of their ids, so nobody gains by a collision but the exporter.
 */
export function contentHash(value: unknown): string {
  const lanes = new Uint32Array([0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef]);
  feed(lanes, value, 0);
  return Array.from(lanes, (lane) => finish(lane).toString(16).padStart(8, '0')).join('');
}

function feed(lanes: Uint32Array, value: unknown, depth: number): void {
  const members = asMembers(value);
  if (depth > HASH_DEPTH) {
    mix(lanes, '…');
  } else if (Array.isArray(value)) {
    mix(lanes, '[');
    for (const element of value) feed(lanes, element, depth + 1);
    mix(lanes, ']');
  } else if (members !== undefined) {
    mix(lanes, '{');
    for (const name of Object.keys(members).sort()) {
      mix(lanes, `${name.length}:${name}=`);
      feed(lanes, members[name], depth + 1);
    }
    mix(lanes, '}');
  } else {
    mix(lanes, `${typeof value}:${String(value)};`);
  }
}

const FACTORS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

function mix(lanes: Uint32Array, part: string): void {
  for (let i = 0; i < part.length; i++) {
    const unit = part.charCodeAt(i);
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul(lanes[lane]! ^ unit, FACTORS[lane]!);
      lanes[lane] = (mixed ^ (mixed >>> 15)) + lanes[(lane + 1) & 3]!;
    }
  }
}

function finish(lane: number): number {
  let h = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
