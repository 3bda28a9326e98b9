import { meanOver, quantile, type Share } from './intervals.ts';
import { KINDS, PATIENT_ACTIONS } from './kinds.ts';
import type { CampaignResult, Noise, SeedResult } from './measure.ts';

export type Mean = ReturnType<typeof meanOver>;

/** One model over all seeds. A share of nothing has `of` 0. */
export interface Summary {
  /** `new host` campaigns whose first call alarmed. */
  readonly firstUse: Share;
  /** Patient campaigns that did something new on the action day and were reported for any call of that day. */
  readonly patientAction: Share;
  /** Patient campaigns that did the same as ever on that day. */
  readonly patientSame: Share;
  /** Alert-days of patient campaigns before their action day. */
  readonly visibleDays: Mean;
  /** Campaigns inside the learned egress that changed something. */
  readonly insideEgressChange: Share;
  readonly onboarding: { readonly newFindings: Mean; readonly alertDays: Mean };
  readonly steady: { readonly newFindings: Mean; readonly alertDays: Mean };
  readonly steadyByAddress: { readonly newFindings: Mean; readonly alertDays: Mean };
  readonly steadyHosts: Mean;
  /** Days, over the regular functions that fell silent. */
  readonly daysToSilence: { readonly p50?: number; readonly p90?: number };
  readonly silenced: Share;
  /** Median over the seeds, days; absent when most seeds never saw it. */
  readonly partnerSilentAfter?: number;
  readonly developerDays: Share;
  readonly kinds: readonly KindSummary[];
  readonly actions: readonly { readonly action: string; readonly seen: Share }[];
  /** Steady alert-days per host-month that carry the reason, most frequent first. */
  readonly steadyReasons: readonly { readonly reason: string; readonly perHostMonth: number }[];
}

export interface KindSummary {
  readonly kind: string;
  readonly firstUse: Share;
  readonly action: Share;
  readonly ever: Share;
  readonly visibleDays: number;
}

export function summarise(seeds: readonly SeedResult[]): Summary {
  const campaigns = seeds.flatMap((seed) => seed.campaigns);
  const isPatient = (c: CampaignResult) => c.action !== undefined;
  const patient = campaigns.filter(isPatient);
  const partner = quantile(
    seeds.map((seed) => seed.partnerSilentAfter ?? Number.POSITIVE_INFINITY),
    0.5,
  )!;
  return {
    firstUse: share(
      campaigns.filter((c) => c.group === 'new host'),
      (c) => c.firstUse,
    ),
    patientAction: share(
      patient.filter((c) => c.action !== 'same'),
      (c) => c.actionSeen,
    ),
    patientSame: share(
      patient.filter((c) => c.action === 'same'),
      (c) => c.actionSeen,
    ),
    visibleDays: meanOver(seeds.map((seed) => average(seed.campaigns.filter(isPatient).map((c) => c.visibleDays)))),
    insideEgressChange: share(
      campaigns.filter((c) => c.group === 'inside egress' && c.actionSeen !== undefined),
      (c) => c.actionSeen,
    ),
    onboarding: perHostMonth(seeds.map((seed) => seed.onboarding)),
    steady: perHostMonth(seeds.map((seed) => seed.steady)),
    steadyByAddress: perHostMonth(seeds.map((seed) => seed.steadyByAddress)),
    steadyHosts: meanOver(seeds.map((seed) => seed.steady.hostMonths)),
    daysToSilence: spans(seeds.flatMap((seed) => seed.daysToSilence)),
    silenced: {
      hits: sum(seeds.map((seed) => seed.daysToSilence.length)),
      of: sum(seeds.map((seed) => seed.regularFunctions)),
    },
    ...(Number.isFinite(partner) ? { partnerSilentAfter: partner } : {}),
    developerDays: {
      hits: sum(seeds.map((seed) => seed.developerAlertDays)),
      of: sum(seeds.map((seed) => seed.developerDays)),
    },
    kinds: KINDS.map(({ name }) =>
      summariseKind(
        name,
        campaigns.filter((c) => c.kind === name),
      ),
    ),
    actions: PATIENT_ACTIONS.map((action) => {
      return {
        action,
        seen: share(
          patient.filter((c) => c.action === action),
          (c) => c.actionSeen,
        ),
      };
    }),
    steadyReasons: reasonsOf(seeds),
  };
}

/** The action of a patient kind that changed nothing ("same") is left out of the kind's action recall. */
function summariseKind(kind: string, campaigns: readonly CampaignResult[]): KindSummary {
  const acting = campaigns.filter((c) => c.actionSeen !== undefined && c.action !== 'same');
  return {
    kind,
    firstUse: share(campaigns, (c) => c.firstUse),
    action: share(acting, (c) => c.actionSeen),
    ever: share(campaigns, (c) => c.everSeen),
    visibleDays: average(campaigns.map((c) => c.visibleDays)),
  };
}

function share<T>(items: readonly T[], hit: (item: T) => boolean | undefined): Share {
  return { hits: items.filter((item) => hit(item) === true).length, of: items.length };
}

function perHostMonth(noises: readonly Noise[]) {
  return {
    newFindings: meanOver(noises.map((n) => n.newFindings / n.hostMonths)),
    alertDays: meanOver(noises.map((n) => n.alertDays / n.hostMonths)),
  };
}

function spans(days: readonly number[]): { p50?: number; p90?: number } {
  const p50 = quantile(days, 0.5);
  const p90 = quantile(days, 0.9);
  return p50 === undefined || p90 === undefined ? {} : { p50, p90 };
}

function reasonsOf(seeds: readonly SeedResult[]) {
  const months = sum(seeds.map((seed) => seed.steady.hostMonths));
  const totals = new Map<string, number>();
  for (const seed of seeds) {
    for (const [reason, days] of Object.entries(seed.steadyReasons))
      totals.set(reason, (totals.get(reason) ?? 0) + days);
  }
  return [...totals]
    .map(([reason, days]) => ({ reason, perHostMonth: days / months }))
    .sort((a, b) => b.perHostMonth - a.perHostMonth || (a.reason < b.reason ? -1 : 1));
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const average = (values: readonly number[]) => (values.length === 0 ? 0 : sum(values) / values.length);
