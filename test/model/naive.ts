import { patterns } from '../../straykey/src/model/categories.ts';
import { HASH_RANGE, hash53 } from '../../straykey/src/model/hash.ts';
import type { Feedback, Inside, Outside } from '../../straykey/src/model/index.ts';

/**
 * The specification once more, written down as plainly as possible: everything comes from lists of raw records, without sketches
 * or joins; answers are only remembered by their question. It shares with the product the category patterns and the hash, and
 * nothing else.
 */
export class NaiveModel {
  readonly outside: readonly Outside[];
  readonly inside: readonly Inside[];
  readonly feedback: readonly Feedback[];

  constructor(outside: readonly Outside[], inside: readonly Inside[], feedback: readonly Feedback[]) {
    this.outside = outside;
    this.inside = inside;
    this.feedback = feedback;
    for (const e of outside) {
      const key = `${e.principal} ${dayOf(e.t)}`;
      const fact = { ...e, unit: unitOf(e.ip), category: categoryOf(e), client: clientOf(e.ua ?? '') };
      this.#byDay.set(key, [...(this.#byDay.get(key) ?? []), fact]);
    }
    for (const e of outside) {
      const facts = this.#principals.get(e.principal) ?? { role: e.role, units: new Set(), days: new Set() };
      facts.units.add(unitOf(e.ip));
      facts.days.add(dayOf(e.t));
      this.#principals.set(e.principal, facts);
    }
  }

  readonly #answers = new Map<string, unknown>();

  #once<Answer>(question: string, answer: () => Answer): Answer {
    if (!this.#answers.has(question)) this.#answers.set(question, answer());
    return this.#answers.get(question) as Answer;
  }

  readonly #byDay = new Map<string, Fact[]>();
  readonly #principals = new Map<string, { role: string; units: Set<string>; days: Set<number> }>();

  judge(e: Outside): NaiveVerdict {
    const d = dayOf(e.t);
    const T = d - 2;
    const u = unitOf(e.ip);
    const P = e.principal;
    const { pool, members, q, N, H, known } = this.standing(P, e.role, u, T);
    const fb = this.statement(P, u, e.t);
    const malicious = fb?.verdict === 'malicious';
    const expected = fb?.verdict === 'expected';
    const trusted = !malicious && (known || expected);
    const c = categoryOf(e);
    const client = clientOf(e.ua ?? '');
    const marked = client.endsWith('+lambda');
    const reasons: string[] = [];
    if (malicious) reasons.push('HOST_REPORTED_MALICIOUS');
    else if (!trusted) {
      if (H.n > 0 && T - H.last > 45) reasons.push('DORMANT_RETURN');
      else if (H.tainted) reasons.push('REOPENED');
      else if (H.n === 0) reasons.push('NEW_HOST');
      else reasons.push('LEARNING');
    }
    const accept: readonly string[] = (expected && fb.accept) || [];
    if (c === 'CRITICAL' && !accept.includes('CRITICAL')) reasons.push('CRITICAL_API');
    const sensitive = ['ROLE_CHAIN', 'RECON', 'SECRETS'].includes(c);
    if (trusted) {
      const shown = H.days.filter((day) => this.successes(P, members, day).some((x) => x.category === c)).length;
      if (c !== 'CRITICAL' && !sensitive && shown < 3 && !expected) reasons.push(`NEW_CATEGORY:${c}`);
      if (sensitive && (shown < 5 || !H.routed) && !accept.includes(c)) reasons.push(`NEW_CATEGORY:${c}`);
      if (!expected) {
        const clients = H.days.filter((day) =>
          has(
            this.successes(P, members, day).map((x) => x.client),
            client,
          ),
        );
        if (clients.length < (marked ? 3 : 5)) reasons.push(`NEW_CLIENT:${client}`);
        const regions = H.days.filter((day) =>
          has(
            this.successes(P, members, day).map((x) => x.region),
            e.region,
          ),
        );
        if (regions.length < 3) reasons.push(`NEW_REGION:${e.region}`);
      }
    }
    const today = (this.#byDay.get(`${P} ${d}`) ?? []).filter((x) => x.t < e.t || (x.t === e.t && x.id <= e.id));
    const here = today.filter((x) => members(x.unit));
    const x = volumeOf(here);
    const [least, factor] = H.routed ? [200, 8] : [50, 4];
    if (trusted && H.n >= 3 && x >= least && x > factor * H.base) reasons.push('VOLUME_JUMP');
    const den = deniedOf(here);
    if (den >= 3 && den > H.maxDen) reasons.push('DENIED_BURST');
    if (!trusted) {
      const strangers = [...new Set(today.map((y) => y.unit))].filter((v) => !this.standing(P, e.role, v, T).known);
      if (new Set(strangers.map(networkOf)).size >= 3) reasons.push('FAN_OUT');
    }
    const insideLately = this.inside.some((i) => i.principal === P && !i.vpce && dayOf(i.t) > T - 7 && dayOf(i.t) <= T);
    let score = 50;
    if (H.n > 0 ? H.origin === 1 : insideLately) score += 20;
    else if (H.routed) score -= 10 + Math.min(15, 3 * Math.floor(H.n / 3));
    score += marked ? -5 : 10;
    if (c === 'CRITICAL') score += 20;
    if (sensitive) score += known ? 15 : 5;
    if (known && !marked && reasons.includes(`NEW_CLIENT:${client}`)) score += 10;
    if (reasons.includes('FAN_OUT')) score += 15;
    if (reasons.includes('DENIED_BURST')) score += 10;
    if (reasons.includes('VOLUME_JUMP')) score += 10;
    if (q >= 3) score -= 15;
    if (pool) score -= 5;
    if (malicious) score += 30;
    return {
      finding: reasons.length > 0,
      reasons,
      score: Math.max(1, Math.min(99, score)),
      evidenceDays: H.n,
      weight: H.A / 64,
      required: H.n > 0 ? N : Number.NaN,
      scope: pool ? networkOf(u) : u,
      vouchers: q,
    };
  }

  standing(P: string, role: string, u: string, T: number): NaiveStanding {
    return this.#once(`standing ${P} ${u} ${T}`, () => this.#standing(P, role, u, T));
  }

  #standing(P: string, role: string, u: string, T: number): NaiveStanding {
    const blocks = this.pool(networkOf(u), T);
    const pool = blocks.has(blockOf(u));
    const members = pool
      ? (v: string) => networkOf(v) === networkOf(u) && blocks.has(blockOf(v))
      : (v: string) => v === u;
    const S = pool ? `${networkOf(u)} ${[...blocks].sort()}` : u;
    const evidence = (p: string) => this.#once(`evidence ${p} ${S} ${T}`, () => this.evidence(p, members, T));
    const H = evidence(P);
    const roles = new Set<string>();
    for (const [p, { role: theirRole }] of this.#principals) {
      const theirs = evidence(p);
      if (theirRole !== role && theirs.routed && theirs.n >= 7 && T - theirs.last <= 45) roles.add(theirRole);
    }
    const q = roles.size;
    let N = 14;
    if (2 * H.un >= H.n) N += 3;
    else if (10 * H.un <= H.n) N -= 3;
    N += 4 * H.origin;
    if (H.routed) N -= 2 * Math.min(q, 4);
    N = Math.max(3, Math.min(28, N));
    return { pool, members, H, q, N, known: H.n > 0 && T - H.last <= 45 && H.A >= 64 * N };
  }

  evidence(P: string, members: (unit: string) => boolean, T: number): NaiveEvidence {
    const from = T - 119;
    const window = Array.from({ length: 120 }, (_, i) => from + i);
    const used = window.filter((d) => this.#principals.get(P)?.days.has(d) && this.uses(P, members, d).length > 0);
    const critical = used.filter((d) => this.uses(P, members, d).some((e) => e.category === 'CRITICAL'));
    const tainted = critical.length > 0 && critical.length < 5;
    const counted = tainted ? used.filter((d) => d > critical.at(-1)!) : used;
    const good = (d: number) => this.successes(P, members, d).filter((e) => e.category !== 'CRITICAL');
    const days = counted.filter((d) => {
      const creds = bottom(good(d).map((e) => e.key));
      const before = counted.includes(d - 1) ? bottom(good(d - 1).map((e) => e.key)) : [];
      return good(d).length > 0 && (creds.length >= 8 || creds.some((key) => !before.includes(key)));
    });
    const n = days.length;
    const first = days[0] ?? Number.NaN;
    const last = days.at(-1) ?? Number.NaN;
    const A = days.reduce((sum, d) => sum + (T - d < 90 ? 64 : Math.floor(64 * 2 ** (-(T - d - 90) / 15))), 0);
    const un = days.filter((d) =>
      this.successes(P, members, d).some((e) => !/exec-env\/aws_lambda_/i.test(e.ua ?? '')),
    ).length;
    const inside = this.inside.filter((i) => i.principal === P);
    const publicDays = new Set(inside.filter((i) => !i.vpce).map((i) => dayOf(i.t)));
    const sp = days.filter((d) => {
      const services = bottom(this.successes(P, members, d).map((e) => `${e.source}@${e.region}`));
      const same = inside.some(
        (i) => i.vpce && dayOf(i.t) === d && services.includes(hash53(`${i.source}@${i.region}`)),
      );
      return publicDays.has(d) || same;
    }).length;
    const maxDen = Math.max(0, ...days.map((d) => deniedOf(this.uses(P, members, d))));
    const volumes = days
      .filter((d) => d > T - 30)
      .map((d) => volumeOf(this.uses(P, members, d)))
      .sort((a, b) => b - a);
    const b = window.filter((d) => publicDays.has(d) && d < first).length;
    const a = window.filter((d) => publicDays.has(d) && d >= first).length;
    let origin = 0;
    if (n > 0 && 2 * sp >= n) origin = 1;
    else if (n > 0 && sp === 0 && a === 0 && (b === 0 || b * (T - first + 1) >= 3 * (first - from))) origin = -1;
    const base = volumes[1] ?? volumes[0] ?? 0;
    return { n, first, last, A, un, tainted, maxDen, base, origin, routed: n > 0 && origin === -1, days };
  }

  pool(network: string, T: number): Set<string> {
    return this.#once(`pool ${network} ${T}`, () => this.#pool(network, T));
  }

  #pool(network: string, T: number): Set<string> {
    const blocks = new Set<string>();
    for (const [p, facts] of this.#principals) {
      const units = [...facts.units].filter((u) => {
        if (networkOf(u) !== network || this.statement('*', u, (T + 2) * 86_400)?.verdict === 'malicious') return false;
        const alone = this.#once(`evidence ${p} ${u} ${T}`, () => this.evidence(p, (v) => v === u, T));
        return alone.routed && alone.n >= 2;
      });
      if (units.length >= 3) for (const u of units) blocks.add(blockOf(u));
    }
    return blocks;
  }

  statement(P: string, u: string, t: number): Feedback | undefined {
    const matching = this.feedback.filter(
      (f) =>
        f.t <= t &&
        ((f.principal ?? '*') === '*' || f.principal === P) &&
        (f.cidr === undefined || covers(f.cidr, u)) &&
        !(f.verdict === 'expected' && t >= f.t + (f.ttlDays ?? 180) * 86_400),
    );
    matching.sort(
      (x, y) =>
        x.t - y.t || Number(x.verdict === 'malicious') - Number(y.verdict === 'malicious') || (x.id < y.id ? -1 : 1),
    );
    const latest = matching.at(-1);
    return latest?.verdict === 'clear' ? undefined : latest;
  }

  uses(P: string, members: (unit: string) => boolean, d: number): Fact[] {
    return (this.#byDay.get(`${P} ${d}`) ?? []).filter((e) => members(e.unit));
  }

  successes(P: string, members: (unit: string) => boolean, d: number): Fact[] {
    return this.uses(P, members, d).filter((e) => e.error === undefined);
  }
}

/** A record with what can be read off it. */
interface Fact extends Outside {
  readonly unit: string;
  readonly category: string;
  readonly client: string;
}

export interface NaiveVerdict {
  readonly finding: boolean;
  readonly reasons: readonly string[];
  readonly score: number;
  readonly evidenceDays: number;
  readonly weight: number;
  readonly required: number;
  readonly scope: string;
  readonly vouchers: number;
}

interface NaiveStanding {
  readonly pool: boolean;
  readonly members: (unit: string) => boolean;
  readonly H: NaiveEvidence;
  readonly q: number;
  readonly N: number;
  readonly known: boolean;
}

interface NaiveEvidence {
  readonly n: number;
  readonly first: number;
  readonly last: number;
  readonly A: number;
  readonly un: number;
  readonly tainted: boolean;
  readonly maxDen: number;
  readonly base: number;
  readonly origin: number;
  readonly routed: boolean;
  readonly days: readonly number[];
}

function dayOf(t: number): number {
  return Math.floor(t / 86_400);
}

function bottom(texts: readonly string[]): number[] {
  return [...new Set(texts.map(hash53))].sort((a, b) => a - b).slice(0, 8);
}

/** Whether a bottom-8 set of the texts shows one of them. */
function has(texts: readonly string[], text: string): boolean {
  return bottom(texts).includes(hash53(text));
}

function deniedOf(events: readonly Fact[]): number {
  const denied = events.filter((e) =>
    /^(AccessDenied|UnauthorizedOperation|Client\.UnauthorizedOperation|AuthorizationError|NotAuthorized|Forbidden)/.test(
      e.error ?? '',
    ),
  );
  return bottom(denied.map((e) => `${e.source}:${e.name}`)).length;
}

/** Counted for each host by itself, then summed. */
function volumeOf(events: readonly Fact[]): number {
  const units = new Set(events.map((e) => e.unit));
  let sum = 0;
  for (const unit of units) {
    const hashes = [...new Set(events.filter((e) => e.unit === unit).map((e) => hash53(e.id)))].sort((a, b) => a - b);
    sum += hashes.length < 64 ? hashes.length : Math.max(64, Math.floor((63 * HASH_RANGE) / hashes[63]!));
  }
  return sum;
}

function categoryOf({ name, readOnly, source }: Outside): string {
  const call = `${source.replace('.amazonaws.com', '')}:${name}`;
  for (const [category, alternatives] of Object.entries(patterns)) {
    for (const alternative of alternatives) if (new RegExp(`^(${alternative})$`).test(call)) return category;
  }
  if (readOnly !== undefined) return readOnly ? 'READ' : 'MGMT_WRITE';
  return /^(Get|List|Describe|Head|BatchGet|Lookup|Search)/.test(name) ? 'READ' : 'MGMT_WRITE';
}

function clientOf(ua: string): string {
  const agent = ua.toLowerCase();
  const family = ['aws-cli', 'boto3', 'aws-sdk-go'].find((token) => agent.includes(token)) ?? 'other';
  return agent.includes('exec-env/aws_lambda_') ? `${family}+lambda` : family;
}

/** IPv6 addresses of the streams are written with their first four groups in full. */
function unitOf(ip: string): string {
  return ip.includes(':') ? `${ip.split(':').slice(0, 4).join(':')}::/64` : ip;
}

function networkOf(unit: string): string {
  return unit.includes(':')
    ? `${unit.split(':').slice(0, 3).join(':')}::/48`
    : `${unit.split('.').slice(0, 3).join('.')}.0/24`;
}

function blockOf(unit: string): string {
  if (!unit.includes(':')) return `${networkOf(unit)} ${Number(unit.split('.')[3]) >> 4}`;
  return `${networkOf(unit)} ${Number.parseInt(unit.split(':')[3]!, 16) >> 4}`;
}

function covers(cidr: string, unit: string): boolean {
  const [address = '', length] = cidr.split('/');
  if (address.includes(':') || unit.includes(':')) return unitOf(address) === unit;
  const number = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length ?? 32));
  return Math.floor(number(address) / size) === Math.floor(number(unit) / size);
}
