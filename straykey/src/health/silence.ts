import { silenceLimit } from './cadence.ts';
import type { SourceFacts } from './facts.ts';

/** A source that ought to have brought something and has not. For the log, metrics, `/readyz` and outlets. */
export interface SilenceReport {
  readonly kind: 'source-silent' | 'source-speaks-again';
  readonly source: string;
  readonly at: number;
  /** When it last brought an object; absent: never since the start. Epoch ms. */
  readonly lastObjectAt?: number;
  readonly silentForMs: number;
  /** What it is held against. */
  readonly limitMs: number;
  readonly found: string;
  readonly todo: string;
}

/**
 * Whether a source is silent at this moment. Proof is the clock alone: no object for longer than {@link silenceLimit}. A source that fails or
 * has stopped is not silent but broken, which is told elsewhere. SQS and S3 sources are expected to bring something from the start, folders
 * and standard input only once they have shown a rhythm.
 */
export function silenceOf(source: SourceFacts, startedAt: number, now: number): SilenceReport | undefined {
  if (source.state === 'failing' || source.state === 'stopped') return undefined;
  const limitMs = silenceLimit(source.cadence, source.type === 'sqs' || source.type === 's3');
  const { latest } = source.cadence;
  // Nothing can arrive while nobody listens: after a start the source has the whole time again.
  const silentForMs = now - Math.max(latest, startedAt);
  if (limitMs === undefined || silentForMs <= limitMs) return undefined;
  return {
    kind: 'source-silent',
    source: source.name,
    at: now,
    ...(latest === 0 ? {} : { lastObjectAt: latest }),
    silentForMs,
    limitMs,
    found:
      latest === 0
        ? `brought nothing since the start, ${spanOf(silentForMs)} ago`
        : `brought nothing for ${spanOf(silentForMs)}; usually it does within ${spanOf(limitMs)}`,
    todo: WHAT_TO_DO[source.type],
  };
}

const WHAT_TO_DO: Readonly<Record<SourceFacts['type'], string>> = {
  sqs: 'Look whether the trail still logs and notifies the queue: straykey doctor.',
  s3: 'Look whether the trail still writes below this prefix: straykey doctor.',
  folder: 'Look at what fills the folder.',
  stdin: 'Look at the program before the pipe.',
};

export interface SilenceWatch {
  /** Names of the sources told as silent. Hand it in again next time. */
  readonly silent: ReadonlySet<string>;
  /** What changed since: to be told once. */
  readonly reports: readonly SilenceReport[];
}

/** Compares with the time before, so that a silence is told once when it begins and once when it ends. */
export function watchSilence(
  before: ReadonlySet<string>,
  sources: readonly SourceFacts[],
  startedAt: number,
  now: number,
): SilenceWatch {
  const silent = new Set<string>();
  const reports: SilenceReport[] = [];
  for (const source of sources) {
    const report = silenceOf(source, startedAt, now);
    // A silent source that now fails or stops stays told as silent: it has not spoken.
    const stays = before.has(source.name) && (source.state === 'failing' || source.state === 'stopped');
    if (report !== undefined || stays) silent.add(source.name);
    if (report !== undefined && !before.has(source.name)) reports.push(report);
    if (report === undefined && !stays && before.has(source.name)) reports.push(speaksAgain(source, now));
  }
  return { silent, reports };
}

function speaksAgain({ name, type, cadence }: SourceFacts, now: number): SilenceReport {
  const gap = cadence.gaps.at(-1) ?? 0;
  return {
    kind: 'source-speaks-again',
    source: name,
    at: now,
    lastObjectAt: cadence.latest,
    silentForMs: gap,
    limitMs: silenceLimit(cadence, type === 'sqs' || type === 's3') ?? 0,
    found: `brings objects again${gap === 0 ? '' : `, after ${spanOf(gap)}`}`,
    todo: 'Look whether the pause left a hole: straykey backfill reads what was written meanwhile.',
  };
}

/** `95 s`, `17 min`, `6 h`, `3 d`. */
export function spanOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
