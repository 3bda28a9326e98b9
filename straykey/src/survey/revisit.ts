import type { ApiCall, SkimHooks, Standing } from '../records/index.ts';
import { attribute } from '../sessions/index.ts';
import type { PlaceTables } from '../where/index.ts';
import { placeOf } from './place-cache.ts';
import { callerOf, type Survey } from './survey.ts';

/** Callers to look for again, and the files that hold their calls, ascending. */
export interface SecondLook {
  readonly callers: ReadonlySet<string>;
  readonly files: readonly number[];
}

/** Callers that waited in the roster and that the whole input has since attributed, or at least named. */
export function attributedLate(survey: Survey): SecondLook {
  const callers = new Set<string>();
  for (const [caller, identity] of survey.waiting) {
    if (attribute(identity, survey.ledger).kind !== 'other') callers.add(caller);
  }
  return lookFor(callers, survey);
}

/** Callers whose key was made with a stolen one. */
export function derivedCallers(survey: Survey, keys: ReadonlySet<string>): SecondLook {
  const callers = new Set<string>();
  if (keys.size > 0) {
    for (const [caller] of survey.roster.entries()) {
      if (keys.has(caller.split(' ', 1)[0]!)) callers.add(caller);
    }
  }
  return lookFor(callers, survey);
}

function lookFor(callers: ReadonlySet<string>, survey: Survey): SecondLook {
  const files = new Set<number>();
  for (const [caller, where] of survey.roster.entries()) {
    if (callers.has(caller)) for (const file of where) files.add(file);
  }
  return { callers, files: [...files].sort((a, b) => a - b) };
}

/** Which callers to look for, by {@link callerOf}: a set, or whatever tells. */
export type Wanted = Pick<ReadonlySet<string>, 'has'>;

/** Reads some files again for the calls of some callers from outside. Learns nothing else: the first pass has. */
export class Revisit implements SkimHooks {
  private readonly wanted: Wanted;
  private readonly tables: PlaceTables;
  private readonly take: (call: ApiCall) => void;

  constructor(wanted: Wanted, tables: PlaceTables, take: (call: ApiCall) => void) {
    this.wanted = wanted;
    this.tables = tables;
    this.take = take;
  }

  kindOf(): 'skim' {
    return 'skim';
  }

  meet(call: ApiCall): Standing {
    return this.wanted.has(callerOf(call.identity)) ? 'read' : 'skip';
  }

  likeOf(): number {
    return -1;
  }

  issued(): void {}

  note(): void {}

  read(call: ApiCall): void {
    if (this.wanted.has(callerOf(call.identity)) && placeOf(call, this.tables).kind === 'outside') this.take(call);
  }

  tallyOf(): number {
    return 0;
  }

  oddity(): void {}
}
