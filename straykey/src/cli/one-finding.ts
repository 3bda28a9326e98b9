import type { Finding } from '../findings/index.ts';
import { EXIT, Exit } from './terminal.ts';

/** Digits that name a finding; fewer are too easily another one's. */
const FEWEST_DIGITS = 6;

/**
 * The finding with this id, or whose id begins with these digits.
 *
 * @throws Exit 2 for what cannot be an id or fits several findings, 4 when none has it
 */
export function oneFinding(id: string, findings: readonly Finding[]): Finding {
  idAsked(id);
  const [finding, second] = findings.filter((each) => each.id.startsWith(id));
  if (finding === undefined) {
    const some = findings.slice(0, 5).map((each) => each.id.slice(0, 12));
    const known =
      some.length === 0
        ? 'There are no findings.'
        : `Known are ${findings.length}: ${some.join(', ')}${findings.length > some.length ? ', …' : ''}`;
    throw noFinding(id, known);
  }
  if (second !== undefined) throw severalFindings(id, finding, second);
  return finding;
}

/** @throws Exit 2 for what cannot be an id */
export function idAsked(id: string): void {
  if (new RegExp(`^[0-9a-f]{${FEWEST_DIGITS},32}$`).test(id)) return;
  throw new Exit(
    EXIT.usage,
    `expected a finding id or its first digits (${FEWEST_DIGITS} to 32 of 0-9 a-f), found ${JSON.stringify(id)}.`,
  );
}

export function noFinding(id: string, known: string): Exit {
  return new Exit(EXIT.nothingRead, `No finding with id ${id}. ${known}`);
}

export function severalFindings(id: string, first: Finding, second: Finding): Exit {
  return new Exit(EXIT.usage, `Several findings begin with ${id}: ${first.id}, ${second.id}. Give more digits.`);
}
