import { Hono } from 'hono';
import * as v from 'valibot';
import { type Criteria, callerCriteria, compile, dryRun, typesNamed } from '../../criteria/index.ts';
import {
  type ColumnCondition,
  type FindingPlace,
  presented,
  type Store,
  type StoredFinding,
} from '../../store/index.ts';
import { formatCidr, formatIp, lastOf, parseCidr } from '../../where/index.ts';
import { searchFor } from '../guardduty/index.ts';
import { read, sentence } from './body.ts';
import type { DryRunResult, SuppressionPreview } from './contract.ts';
import { notFound, type OwnContext, type OwnEnv, refuse } from './env.ts';
import { findingLine } from './finding-line.ts';
import { findingOf } from './findings.ts';
import type { OwnApiPorts } from './ports.ts';

/** Findings whose documents a preview opens, some 50 ms: one for each position of the slider must come at once. */
const MOST_PREVIEWED = 500;
/** A dry run is asked for by a button: some 200 ms. */
const MOST_TRIED = 2_000;
/** Findings opened at a time: some 10 ms. */
const AT_ONCE = 100;
/** Findings named in an answer. */
const MOST_NAMED = 100;

const previewAsked = v.strictObject({ cidr: sentence(64), type: v.optional(sentence(128)) });

const dryRunAsked = v.strictObject({
  findingCriteria: v.unknown(),
  findingId: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'expected 32 hexadecimal digits'))),
});

/** What a suppression rule would hide. Nothing is changed. */
export function previewRoutes(ports: OwnApiPorts): Hono<OwnEnv> {
  const { store } = ports;
  const routes = new Hono<OwnEnv>();

  routes.post('/findings/:id/suppression-preview', async (c) => {
    const given = read(c, previewAsked);
    if (given.kind === 'refused') return given.answer;
    const stored = await findingOf(c, store);
    if (stored === undefined) return notFound(c, 'finding');
    const cidr = parseCidr(given.body.cidr);
    if (cidr === undefined) {
      return refuse(c, 400, 'BadInput', 'cidr: expected an address or CIDR such as 198.51.100.0/28.');
    }
    const types = given.body.type === undefined ? [stored.finding.type] : typesNamed(given.body.type);
    if (types.length === 0) return refuse(c, 400, 'BadInput', 'type: expected a finding type of Straykey.');
    const asked = callerCriteria(types, [given.body.cidr]);
    const criteria = asked.kind === 'criteria' ? compile(asked.criteria) : undefined;
    if (criteria?.kind !== 'criteria') return refuse(c, 400, 'BadInput', 'cidr: no rule can be made of it.');
    const where: readonly ColumnCondition[] = [
      ...ACTIVE,
      { column: 'type', operator: 'in', values: types },
      { column: 'callerAddress', operator: 'within', values: [formatIp(cidr.base), formatIp(lastOf(cidr))] },
    ];
    const candidates = await opened(store, { where, most: MOST_PREVIEWED });
    const result = await tried(criteria, candidates, stored);
    return c.json({ cidr: formatCidr(cidr), ...result } satisfies SuppressionPreview);
  });

  routes.post('/dry-run', async (c) => await dryRunOf(c));

  return routes;

  async function dryRunOf(c: OwnContext): Promise<Response> {
    const given = read(c, dryRunAsked);
    if (given.kind === 'refused') return given.answer;
    const asked = searchFor(given.body.findingCriteria, 'filter');
    if (asked.kind === 'problems') {
      const detail = asked.problems.map(({ about, detail }) => `${about}: ${detail}`).join('; ');
      return refuse(c, 400, 'BadInput', `findingCriteria: ${detail}.`);
    }
    const { findingId } = given.body;
    const [madeFor] = findingId === undefined ? [] : await store.findings.get([findingId]);
    if (findingId !== undefined && madeFor === undefined) return notFound(c, 'finding');
    const { criteria, where } = asked.search;
    const wanted = { where: [...ACTIVE, ...where], most: MOST_TRIED, criteria };
    const result: DryRunResult = await tried(criteria, await opened(store, wanted), madeFor);
    return c.json(result);
  }

  async function tried(criteria: Criteria, candidates: Candidates, madeFor: StoredFinding | undefined) {
    const documents = new Map(candidates.found.map((each) => [each.finding.id, each]));
    const { hidden, kept, warnings } = dryRun(
      criteria,
      candidates.found.map(presented),
      ports.hostFacts,
      madeFor?.finding,
    );
    const [active] = await store.findings.count(ACTIVE);
    return {
      criteria: criteria.criteria,
      wouldHide: hidden.length,
      active: active?.count ?? 0,
      findings: hidden.slice(0, MOST_NAMED).map(({ id }) => findingLine(documents.get(id)!)),
      warnings: [
        ...warnings,
        ...(kept.length > 0
          ? [
              `${kept.length === 1 ? '1 finding fits' : `${kept.length} findings fit`} with the newest call but not with all calls behind it: not hidden.`,
            ]
          : []),
        ...(candidates.complete
          ? []
          : [`Only the newest ${candidates.looked} findings were looked at; there are more.`]),
      ],
    };
  }
}

const ACTIVE: readonly ColumnCondition[] = [{ column: 'archived', operator: 'in', values: [0] }];

interface Candidates {
  readonly found: readonly StoredFinding[];
  readonly looked: number;
  readonly complete: boolean;
}

interface Wanted {
  readonly where: readonly ColumnCondition[];
  /** Documents to open. */
  readonly most: number;
  /** Only those that match are kept, so that memory follows the matches. */
  readonly criteria?: Criteria;
}

/** The documents of the newest findings that fit. Others get their turn in between. */
async function opened({ findings }: Store, { where, most, criteria }: Wanted): Promise<Candidates> {
  const found: StoredFinding[] = [];
  let after: FindingPlace | undefined;
  for (let looked = 0; ; ) {
    const limit = Math.min(AT_ONCE, most - looked);
    // One row over the last page: there may be more.
    const places = await findings.places({
      where,
      orderBy: 'updatedAt',
      descending: true,
      ...(after !== undefined && { after }),
      limit: limit + 1,
    });
    const page = await findings.get(places.slice(0, limit).map(({ id }) => id));
    found.push(...page.filter((each) => criteria?.matches(presented(each)) ?? true));
    looked += Math.min(places.length, limit);
    if (places.length <= limit) return { found, looked, complete: true };
    if (looked === most) return { found, looked, complete: false };
    after = places[limit - 1]!;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
