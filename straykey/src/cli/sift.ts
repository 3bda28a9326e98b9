import { type Archived, archive, type Criteria, compile, criteriaFromText, type ReadyRule } from '../criteria/index.ts';
import type { Finding } from '../findings/index.ts';
import { EXIT, Exit } from './terminal.ts';

/** What is told of the findings, and what is not. */
export interface Sifted extends Omit<Archived, 'findings'> {
  readonly told: readonly Finding[];
  /** Findings that `--where` leaves out, besides the suppressed. */
  readonly leftOut: number;
}

export interface Sieve {
  readonly rules: readonly ReadyRule[];
  readonly where?: Criteria;
  /** Tell archived findings too. */
  readonly all: boolean;
}

/** Archives by rules, then picks what to tell. Naming `service.archived` in `--where` asks for archived findings by itself. */
export function sift(findings: readonly Finding[], { rules, where, all }: Sieve, now: number): Sifted {
  const archived = archive(findings, rules, now);
  const withArchived = all || where?.fields.has('service.archived') === true;
  const current = archived.findings.filter(({ service }) => withArchived || !service.archived);
  const told = where === undefined ? current : current.filter((finding) => where.matches(finding));
  const { suppressed, lapsed } = archived;
  return { told, suppressed, lapsed, leftOut: current.length - told.length };
}

/**
 * Criteria of repeated `--where`; undefined when there is none.
 *
 * @throws Exit 2 for criteria that cannot be used
 */
export function whereFrom(texts: readonly string[]): Criteria | undefined {
  if (texts.length === 0) return undefined;
  const read = criteriaFromText(texts);
  if (read.kind === 'problem') throw new Exit(EXIT.usage, `--where: ${read.detail}.`);
  const compiled = compile(read.criteria);
  if (compiled.kind === 'criteria') return compiled;
  throw new Exit(
    EXIT.usage,
    `--where: ${compiled.problems.map(({ about, detail }) => `${about}: ${detail}`).join('; ')}.`,
  );
}
