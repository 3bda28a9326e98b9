import { recordOddities } from '../straykey/src/records/index.ts';
import { sourceOddities } from '../straykey/src/sources/index.ts';
import { placeOddities } from '../straykey/src/survey/index.ts';

interface Entry {
  readonly means: string;
  readonly doThis: string;
  readonly effect: 'unusable' | 'skipped';
}

/** `docs/oddities.md`, from the catalogues of every stage. */
export function oddityPage(): string {
  const all: readonly (readonly [string, Entry])[] = Object.entries({
    ...recordOddities,
    ...placeOddities,
    ...sourceOddities,
  });
  const table = (effect: Entry['effect']) =>
    all
      .filter(([, entry]) => entry.effect === effect)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, { means, doThis }]) => `| \`${kind}\` | ${cell(means)} | ${cell(doThis)} |`)
      .join('\n');
  return `<!-- Made by scripts/generate-docs.ts from the catalogues in the code. -->

# Oddities

Input that could not be used, or was set aside on purpose, is named and counted in the summary on standard error and in \`--report FILE\`, with
file, byte offset and reason. Nothing is dropped without a name.

## Could not be used

Evidence may be missing. With \`--strict\` any of these makes the exit code 3.

| name | what it means | what to do |
| --- | --- | --- |
${table('unusable')}

## Set aside

Recognised by its content or name; it holds no calls.

| name | what it means | what to do |
| --- | --- | --- |
${table('skipped')}
`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
