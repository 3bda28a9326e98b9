import type { Cidr } from '../where/index.ts';
import { type Host, includes, readHosts } from './host.ts';
import type { Feedback } from './input.ts';
import { startOf } from './input.ts';

interface Statement {
  readonly feedback: Feedback;
  /** Absent: every host. */
  readonly hosts?: Cidr;
}

/**
 * What people said, by id; MODEL.md 2.3, 2.6, 2.11. A statement counts from its own time on, so verdicts never depend on
 * when it arrived here.
 */
export class Statements {
  readonly #byId = new Map<string, Statement>();
  readonly #byPrincipal = new Map<string, Statement[]>();
  readonly #ttlDays: number;

  constructor(ttlDays: number) {
    this.#ttlDays = ttlDays;
  }

  /** Adds a statement; answers what is wrong with it instead when its CIDR cannot be read. */
  add(feedback: Feedback): string | undefined {
    const hosts = feedback.cidr === undefined ? undefined : readHosts(feedback.cidr);
    if (feedback.cidr !== undefined && !hosts) return 'cidr: expected an address or CIDR range';
    const known = this.#byId.get(feedback.id);
    if (known && !replaces(feedback, known.feedback)) return undefined;
    if (known) this.#remove(known);
    const statement = { feedback, ...(hosts ? { hosts } : {}) };
    this.#byId.set(feedback.id, statement);
    const about = feedback.principal ?? EVERYBODY;
    this.#byPrincipal.set(about, [...(this.#byPrincipal.get(about) ?? []), statement]);
    return undefined;
  }

  /** By id, so that a saved state reads the same whatever came first. */
  all(): Feedback[] {
    return [...this.#byId.values()].map(({ feedback }) => feedback).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /**
   * "Latest matching feedback with t <= e.t (`expected` lapses after ttlDays; at equal t malicious wins, then greater id;
   * `clear` = none)." A lapsed statement is no statement: an older `malicious` counts again.
   */
  inForce(principal: string, host: Host, t: number): Feedback | undefined {
    const own = principal === EVERYBODY ? undefined : this.#latest(this.#byPrincipal.get(principal), host, t);
    const general = this.#latest(this.#byPrincipal.get(EVERYBODY), host, t);
    const latest = own && general ? (outranks(own, general) ? own : general) : (own ?? general);
    return latest?.verdict === 'clear' ? undefined : latest;
  }

  /** "Under a `malicious` statement for all principals (as of 00:00 UTC of day …)". */
  isMaliciousForAll(host: Host, day: number): boolean {
    return this.inForce(EVERYBODY, host, startOf(day))?.verdict === 'malicious';
  }

  #latest(statements: readonly Statement[] | undefined, host: Host, t: number): Feedback | undefined {
    let latest: Feedback | undefined;
    for (const { feedback, hosts } of statements ?? []) {
      if (feedback.t > t || this.#hasLapsed(feedback, t) || (hosts && !includes(hosts, host))) continue;
      if (!latest || outranks(feedback, latest)) latest = feedback;
    }
    return latest;
  }

  #hasLapsed({ verdict, t, ttlDays = this.#ttlDays }: Feedback, now: number): boolean {
    return verdict === 'expected' && now >= t + startOf(ttlDays);
  }

  #remove(statement: Statement): void {
    const about = statement.feedback.principal ?? EVERYBODY;
    const rest = this.#byPrincipal.get(about)?.filter((other) => other !== statement) ?? [];
    this.#byPrincipal.set(about, rest);
  }
}

const EVERYBODY = '*';

function outranks(a: Feedback, b: Feedback): boolean {
  if (a.t !== b.t) return a.t > b.t;
  if ((a.verdict === 'malicious') !== (b.verdict === 'malicious')) return a.verdict === 'malicious';
  return a.id > b.id;
}

/** Two statements under one id are a mistake of the sender; the same one wins in every order. */
function replaces(next: Feedback, known: Feedback): boolean {
  const text = (feedback: Feedback) =>
    JSON.stringify([
      feedback.t,
      feedback.verdict === 'malicious',
      feedback.verdict,
      feedback.principal ?? EVERYBODY,
      feedback.cidr ?? '',
      [...(feedback.accept ?? [])].sort(),
      feedback.ttlDays ?? 0,
    ]);
  if (next.t !== known.t) return next.t > known.t;
  return text(next) > text(known);
}
