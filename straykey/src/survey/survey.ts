import type { Oddity } from '../kit/index.ts';
import type { ApiCall, Identity, SessionIdentity, SkimHooks, Standing } from '../records/index.ts';
import {
  attribute,
  delegationOf,
  Ledger,
  type LedgerFacts,
  type ServiceIssue,
  serviceIssueOf,
} from '../sessions/index.ts';
import type { PlaceTables } from '../where/index.ts';
import { preferred } from './copies.ts';
import { InsideDays } from './inside-days.ts';
import { PlaceCache, type Whereabouts } from './place-cache.ts';
import { Roster, type RosterFacts } from './roster.ts';
import { SessionCache, sessionOf } from './session-cache.ts';

/** One kind of record that was read: for coverage ("S3 data events are absent in account …"). */
export interface TallyKind {
  readonly accountId: string;
  readonly region: string;
  /** `Management`, `Data`, `NetworkActivity`, `Insight`, or empty where the record does not say (eventVersion before 1.07). */
  readonly category: string;
  readonly s3: boolean;
}

/** What a survey found out, as plain data. */
export interface SurveyFacts {
  readonly ledger: LedgerFacts;
  readonly inside: Pick<InsideDays, 'sessions'>;
  readonly roster: RosterFacts;
  readonly calls: ReadonlyMap<string, ApiCall>;
  readonly presigned: ReadonlyMap<string, Presigned>;
  readonly waiting: ReadonlyMap<string, SessionIdentity>;
}

/** Presigned S3 calls of one caller: signed by the function, sent by others. */
export interface Presigned {
  readonly identity: SessionIdentity;
  readonly ids: Set<string>;
  readonly addresses: Set<string>;
}

/**
 * One pass over any share of the input. Holds sets only: `absorb` joins the surveys of other workers, and the same records in any
 * order, any number of times, leave the same survey (file numbers in the roster aside).
 *
 * Memory grows with credentials, sessions and days, and with calls from outside under credentials made for a resource; not with
 * the size or the number of files.
 */
export class Survey implements SkimHooks {
  readonly ledger = new Ledger();
  readonly inside = new InsideDays();
  readonly roster = new Roster();
  /** Calls from outside whose credential was attributed when they were read, by id. Attributed again once all is read. */
  readonly calls = new Map<string, ApiCall>();
  readonly presigned = new Map<string, Presigned>();
  readonly tallyKinds: TallyKind[] = [];
  /** Callers from outside in full, while they wait in the roster: what attribution needs of them. */
  readonly waiting = new Map<string, SessionIdentity>();

  private readonly places: PlaceCache;
  private readonly sessions = new SessionCache();
  private readonly report: (oddity: Oddity) => void;
  private readonly tallyNumbers = new Map<string, number>();
  /** Issues that others are like; undefined: by a service that makes credentials for none of our resources. */
  private readonly issues: (ServiceIssue | undefined)[] = [];
  private file = 0;
  private origin = '';

  constructor(tables: PlaceTables, report: (oddity: Oddity) => void) {
    this.places = new PlaceCache(tables);
    this.report = report;
  }

  /** `file`: a number that tells this file from every other in the whole input, on every worker. */
  begin(file: number, origin: string): void {
    this.file = file;
    this.origin = origin;
  }

  kindOf(eventSource: string, eventName: string): ReturnType<SkimHooks['kindOf']> {
    switch (eventSource) {
      case 'sts.amazonaws.com':
        return eventName.startsWith('Assume') ? 'issue' : 'skim';
      case 'logs.amazonaws.com':
        return eventName === 'CreateLogStream' || eventName === 'CreateLogGroup' ? 'read' : 'skim';
      case 'kms.amazonaws.com':
        return eventName === 'Decrypt' ? 'read-function-arn' : 'skim';
      case 'lambda.amazonaws.com':
        return /^(?:Create|Update|Publish|Put|Add)/.test(eventName) ? 'read' : 'skim';
      default:
        return 'skim';
    }
  }

  meet(call: ApiCall): Standing {
    const { identity } = call;
    if (identity.kind === 'session') this.ledger.learnSession(identity, this.sessions.of(identity).roleKey);
    const place = this.places.whereaboutsOf(call);
    if (place.kind === 'service') return 'skip';
    if (place.kind === 'unknown') return 'read';
    if (this.places.variesThatDay(call)) return 'read-once';
    if (place.kind === 'outside') return this.standingOutside(call);
    return this.markInside(call, place) ? 'skip' : 'again';
  }

  /** Only calls that are kept, and those whose place has to be told as an oddity, are needed in full. */
  witness(call: ApiCall): boolean {
    const place = this.places.whereaboutsOf(call);
    if (place.kind === 'unknown') return false;
    this.learn(call, place);
    if (place.kind === 'outside') {
      const standing = this.standingOutside(call);
      if (standing === 'read') return false;
      if (typeof standing === 'object') this.note(standing.note);
    } else if (isInside(place)) {
      this.markInside(call, place);
    }
    return true;
  }

  /** Issues by services come by the thousand and differ in their key alone; those by people may be links of a chain and are read. */
  likeOf(call: ApiCall): number {
    const { identity, testimony } = call;
    if (identity.kind !== 'service' || testimony?.kind !== 'issue') return -1;
    const issue = serviceIssueOf(testimony, call.awsRegion);
    return this.issues.push(issue && this.ledger.known(issue)) - 1;
  }

  issued(like: number, accessKeyId: string): void {
    this.ledger.learnKey(accessKeyId, this.issues[like]);
  }

  note(token: number): void {
    this.roster.note(token, this.file);
  }

  read(call: ApiCall, offset: number): void {
    const place = this.places.whereaboutsOf(call);
    this.learn(call, place);
    if (place.kind === 'unknown') this.reportPlace(call, offset);
    else this.take(call, place);
  }

  tallyOf(sample: ApiCall): number {
    const kind = {
      accountId: sample.recipientAccountId,
      region: sample.awsRegion,
      category: sample.eventCategory ?? '',
      s3: sample.eventSource === 's3.amazonaws.com',
    };
    const key = JSON.stringify(kind);
    const known = this.tallyNumbers.get(key);
    if (known !== undefined) return known;
    this.tallyKinds.push(kind);
    this.tallyNumbers.set(key, this.tallyKinds.length - 1);
    return this.tallyKinds.length - 1;
  }

  oddity(oddity: Oddity): void {
    this.report(oddity);
  }

  /** Keeps a call from outside under a credential that was, or may turn out to be, made for a resource. */
  keep(call: ApiCall, identity: SessionIdentity): void {
    if (delegationOf(call) === 'presigned') {
      const caller = callerOf(identity);
      const known = this.presigned.get(caller);
      const entry = known ?? { identity, ids: new Set<string>(), addresses: new Set<string>() };
      entry.ids.add(call.id);
      entry.addresses.add(call.sourceIPAddress);
      if (known === undefined) this.presigned.set(caller, entry);
      return;
    }
    const copy = this.calls.get(call.id);
    this.calls.set(call.id, copy === undefined ? call : preferred(copy, call));
  }

  private learn(call: ApiCall, place: Whereabouts): void {
    this.ledger.learn(call, isInside(place) ? 'inside' : place.kind === 'outside' ? 'outside' : 'elsewhere');
  }

  private take(call: ApiCall, place: Whereabouts): void {
    if (place.kind === 'outside') {
      const standing = this.standingOutside(call);
      if (standing === 'read' && call.identity.kind === 'session') this.keep(call, call.identity);
      else if (typeof standing === 'object') this.note(standing.note);
    } else if (isInside(place)) {
      this.markInside(call, place);
    }
  }

  private standingOutside(call: ApiCall): Standing {
    const { identity } = call;
    const caller = callerOf(identity);
    if (caller === '') return 'skip';
    if (identity.kind !== 'session') return { note: this.roster.tokenOf(caller) };
    if (attribute(identity, this.ledger).kind === 'resource') return 'read';
    if (!this.waiting.has(caller)) this.waiting.set(caller, identity);
    return { note: this.roster.tokenOf(caller) };
  }

  /** False when the call does not tell where the function's code runs: Lambda's own bookkeeping. */
  private markInside(call: ApiCall, place: Whereabouts): boolean {
    const { identity } = call;
    if (identity.kind !== 'session') return true;
    const session = this.sessions.of(identity);
    if (!session.mayNameFunction) return true;
    if (isBookkeeping(call)) return false;
    if (place.kind === 'aws') this.inside.add(session.id, call.time, identity.accessKeyId, 'public');
    const throughEndpoint = place.kind === 'private' || (place.kind === 'endpoint' && place.owner !== 'foreign');
    if (throughEndpoint) {
      this.inside.add(session.id, call.time, identity.accessKeyId, {
        endpoint: `${call.eventSource}@${call.awsRegion}`,
      });
    }
    return true;
  }

  private reportPlace(call: ApiCall, offset: number): void {
    const place = this.places.placeOf(call);
    if (place.kind !== 'unknown') return;
    this.report({
      kind: `${place.reason}-address`,
      origin: this.origin,
      offset,
      reason: `sourceIPAddress: expected an address or a service name, found ${JSON.stringify(place.text)}`,
    });
  }

  /** The facts alone: survive a structured clone, so a worker can post them. */
  facts(): SurveyFacts {
    const { ledger, inside, calls, presigned, waiting } = this;
    return { ledger: ledger.facts(), inside, roster: this.roster.facts(), calls, presigned, waiting };
  }

  /** Joins the facts of other files into these. Tallies stay with their reader, see {@link TallyKind}. */
  absorb(other: SurveyFacts): void {
    this.ledger.absorb(other.ledger);
    this.inside.absorb(other.inside);
    this.roster.absorb(other.roster);
    for (const [id, call] of other.calls) {
      const copy = this.calls.get(id);
      this.calls.set(id, copy === undefined ? call : preferred(copy, call));
    }
    for (const [caller, entry] of other.presigned) {
      const known = this.presigned.get(caller);
      if (known === undefined) this.presigned.set(caller, entry);
      else {
        for (const id of entry.ids) known.ids.add(id);
        for (const address of entry.addresses) known.addresses.add(address);
      }
    }
    for (const [caller, identity] of other.waiting) if (!this.waiting.has(caller)) this.waiting.set(caller, identity);
  }
}

/**
 * Who calls, as the roster knows it: the access key where the record shows one, with the session's name because an anonymised trail may show
 * one key for many; else the session as another account sees it. Empty for callers without either.
 */
export function callerOf(identity: Identity): string {
  return identity.kind === 'session' ? `${identity.accessKeyId} ${sessionOf(identity).id}` : identity.accessKeyId;
}

function isInside(place: Whereabouts): boolean {
  switch (place.kind) {
    case 'aws':
    case 'service':
    case 'private':
      return true;
    case 'endpoint':
      return place.owner !== 'foreign';
    default:
      return false;
  }
}

/** Calls every function shows wherever its traffic is routed, because Lambda itself makes them (MODEL.md 2.1). */
function isBookkeeping(call: ApiCall): boolean {
  switch (call.eventSource) {
    case 'logs.amazonaws.com':
      return call.eventName === 'CreateLogStream' || call.eventName === 'CreateLogGroup';
    case 'xray.amazonaws.com':
      return call.eventName.startsWith('Put');
    case 'kms.amazonaws.com':
      return call.testimony?.kind === 'environment-decrypt';
    default:
      return false;
  }
}
