import type { Campaign } from './campaigns.ts';
import type { Group, PatientAction } from './kinds.ts';
import { FIRST_DAY, type Use, type Verdict } from './records.ts';
import type { WorldSettings } from './settings.ts';

/** Findings of the organisation's own egress functions in one phase of the trail. */
export interface Noise {
  /** Finding keys that had not alarmed for 30 days. */
  readonly newFindings: number;
  /** Pairs of finding key and UTC day with an alarm. */
  readonly alertDays: number;
  /** Egress addresses in use, summed over 30-day months. */
  readonly hostMonths: number;
}

export interface CampaignResult {
  readonly kind: string;
  readonly group: Group;
  readonly action?: PatientAction;
  /** Did the very first call alarm? */
  readonly firstUse: boolean;
  /** Days with an alarm on one of the intruder's calls, before the action day if there is one, else in all. */
  readonly visibleDays: number;
  /** Did any of the intruder's calls alarm on the action day? Absent when there is no such day. */
  readonly actionSeen?: boolean;
  /** Did any call ever alarm? */
  readonly everSeen: boolean;
}

/** One model on one seed. Plain data. */
export interface SeedResult {
  readonly onboarding: Noise;
  readonly steady: Noise;
  /** The steady phase counted by (function, address) for every model, whatever the model calls the same finding. */
  readonly steadyByAddress: Noise;
  /** Busy and weekday egress functions, and for those that fell silent the days this took. */
  readonly regularFunctions: number;
  readonly daysToSilence: readonly number[];
  /** Undefined: never in this trail. */
  readonly partnerSilentAfter?: number;
  readonly developerDays: number;
  readonly developerAlertDays: number;
  readonly campaigns: readonly CampaignResult[];
  /** Steady alert-days of egress functions that carry the reason (before its colon). */
  readonly steadyReasons: Readonly<Record<string, number>>;
}

export interface Measure {
  record(use: Use, verdict: Verdict): void;
  /** Call after the last record of each day. */
  endOfDay(): void;
  result(): SeedResult;
}

const NEW_AFTER = 30;
const MONTH = 30;

export function createMeasure(settings: WorldSettings, campaigns: readonly Campaign[]): Measure {
  const noise = createNoise(settings, (_, verdict) => verdict.key);
  const byAddress = createNoise(settings, ({ event }) => `${event.principal}|${event.ip}`);
  const functions = new Map<string, Silence>();
  const partner = createSilence();
  const developers = { days: new Set<string>(), alerts: new Set<string>() };
  const attacks = campaigns.map(createAttack);
  const record = (use: Use, verdict: Verdict) => {
    const { event, truth } = use;
    const day = Math.floor(event.t / 86_400) - FIRST_DAY;
    if (truth.actor === 'attacker') return attacks[truth.campaign]!.record(day, verdict.finding);
    if (truth.actor === 'partner') return partner.record(day, verdict.finding);
    if (truth.actor === 'developer') {
      developers.days.add(`${event.principal}|${day}`);
      if (verdict.finding) developers.alerts.add(`${event.principal}|${day}`);
      return;
    }
    noise.record(day, use, verdict);
    byAddress.record(day, use, verdict);
    if (truth.regular) silenceOf(functions, event.principal).record(day, verdict.finding);
  };
  return {
    record,
    endOfDay() {
      noise.endOfDay();
      byAddress.endOfDay();
    },
    result() {
      const spans = [...functions.values()].map((silence) => silence.after()).filter((days) => days !== undefined);
      const silentAfter = partner.after();
      return {
        onboarding: noise.of('onboarding'),
        steady: noise.of('steady'),
        steadyByAddress: byAddress.of('steady'),
        regularFunctions: functions.size,
        daysToSilence: spans,
        ...(silentAfter === undefined ? {} : { partnerSilentAfter: silentAfter }),
        developerDays: developers.days.size,
        developerAlertDays: developers.alerts.size,
        campaigns: attacks.map((attack) => attack.result()),
        steadyReasons: Object.fromEntries(noise.reasons),
      };
    },
  };
}

type Phase = 'onboarding' | 'steady';

function createNoise(settings: WorldSettings, keyOf: (use: Use, verdict: Verdict) => string) {
  const phaseOf = (day: number): Phase => (day < settings.onboardingDays ? 'onboarding' : 'steady');
  const lastAlarm = new Map<string, number>();
  const hosts = { onboarding: new Set<string>(), steady: new Set<string>() };
  const counts = { onboarding: { newFindings: 0, alertDays: 0 }, steady: { newFindings: 0, alertDays: 0 } };
  const reasons = new Map<string, number>();
  let today = new Set<string>();
  const note = (day: number, key: string, given: readonly string[]) => {
    const phase = phaseOf(day);
    const last = lastAlarm.get(key) ?? Number.NEGATIVE_INFINITY;
    if (last !== day) counts[phase].alertDays++;
    if (day - last > NEW_AFTER) counts[phase].newFindings++;
    lastAlarm.set(key, day);
    for (const reason of given) {
      const head = reason.split(':')[0]!;
      if (phase !== 'steady' || today.has(`${key}|${head}`)) continue;
      today.add(`${key}|${head}`);
      reasons.set(head, (reasons.get(head) ?? 0) + 1);
    }
  };
  return {
    reasons,
    record(day: number, use: Use, verdict: Verdict) {
      hosts[phaseOf(day)].add(`${use.event.ip}|${Math.floor(day / MONTH)}`);
      if (verdict.finding) note(day, keyOf(use, verdict), verdict.reasons);
    },
    endOfDay() {
      today = new Set();
    },
    of: (phase: Phase): Noise => ({ ...counts[phase], hostMonths: hosts[phase].size }),
  };
}

/** Active days in a row without alarm that count as silence. */
const SILENT_RUN = 7;

interface Silence {
  record(day: number, alarm: boolean): void;
  /** Days from first use to the first day of the first silent run; undefined when there was none. */
  after(): number | undefined;
}

function createSilence(): Silence {
  let first: number | undefined;
  let today: number | undefined;
  let alarmed = false;
  let run: { readonly since: number; readonly length: number } | undefined;
  let silentSince: number | undefined;
  const close = () => {
    if (today === undefined || silentSince !== undefined) return;
    run = alarmed ? undefined : { since: run?.since ?? today, length: (run?.length ?? 0) + 1 };
    if (run !== undefined && run.length >= SILENT_RUN) silentSince = run.since;
  };
  return {
    record(day, alarm) {
      first ??= day;
      if (day !== today) {
        close();
        today = day;
        alarmed = false;
      }
      alarmed ||= alarm;
    },
    after() {
      close();
      today = undefined;
      return first === undefined || silentSince === undefined ? undefined : silentSince - first;
    },
  };
}

function silenceOf(functions: Map<string, Silence>, principal: string): Silence {
  const known = functions.get(principal);
  if (known !== undefined) return known;
  const created = createSilence();
  functions.set(principal, created);
  return created;
}

function createAttack(campaign: Campaign) {
  const { kind, group, action, actionDay } = campaign;
  const alarmDays = new Set<number>();
  let firstUse: boolean | undefined;
  return {
    record(day: number, alarm: boolean) {
      firstUse ??= alarm;
      if (alarm) alarmDays.add(day);
    },
    result(): CampaignResult {
      if (firstUse === undefined) throw new Error(`campaign "${kind}" made no call: the simulator is wrong`);
      const oneDay = campaign.start === campaign.lastDay;
      const visible = [...alarmDays].filter((day) => oneDay || actionDay === undefined || day < actionDay);
      return {
        kind,
        group,
        ...(action === undefined ? {} : { action }),
        firstUse,
        visibleDays: visible.length,
        ...(actionDay === undefined ? {} : { actionSeen: alarmDays.has(actionDay) }),
        everSeen: alarmDays.size > 0,
      };
    },
  };
}
