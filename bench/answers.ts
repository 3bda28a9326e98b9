import { readFileSync } from 'node:fs';
import type { Expected } from './corpus.ts';
import type { Program } from './lineup.ts';

/** Compares what a program printed with `expected.json`: `right`, or what is wrong in one sentence. */
export function check(answers: Program['answers'], output: string, expected: Expected): string {
  switch (answers) {
    case 'uses':
      return compare(
        usesOf(output),
        expected.uses.map((use) => `${use.accessKeyId} ${use.address} ${use.eventID}`),
      );
    case 'findings':
      return compare(findingsOf(output), expectedFindings(expected));
    case 'bytes':
      return compare([output.trim()], [String(expected.statistics.bytes)]);
    case 'nothing':
      return 'not checked';
  }
}

/** `accessKeyId address eventID`, the first three columns of a comparator's lines. */
const usesOf = (output: string): string[] => lines(output).map((line) => line.split('\t').slice(0, 3).join(' '));

/** One text per finding: function, address, keys and event ids. */
const findingText = (functionArn: string, addresses: string[], keys: string[], eventIds: string[]): string =>
  [functionArn, ...[addresses, keys, eventIds].map((list) => [...new Set(list)].sort().join(','))].join(' ');

function expectedFindings(expected: Expected): string[] {
  return expected.findings.map(({ functionArn, address }) => {
    const uses = expected.uses.filter((use) => use.functionArn === functionArn && use.address === address);
    return findingText(
      functionArn,
      [address],
      uses.map((use) => use.accessKeyId),
      uses.map((use) => use.eventID),
    );
  });
}

/** What is read of Straykey's findings, and where it stands. */
interface StraykeyFinding {
  readonly resource: { readonly lambdaDetails?: { readonly functionArn: string } };
  readonly service: { readonly additionalInfo: { readonly value: string } };
}
interface StraykeyEvidence {
  readonly place: { readonly addresses: { readonly listed: readonly { readonly address: string }[] } };
  readonly keys: { readonly listed: readonly { readonly accessKeyId: string }[] };
  readonly eventIds: { readonly listed: readonly string[] };
}

function findingsOf(ndjson: string): string[] {
  return lines(ndjson).map((line) => {
    const finding = JSON.parse(line) as StraykeyFinding;
    const evidence = JSON.parse(finding.service.additionalInfo.value) as StraykeyEvidence;
    const addresses = evidence.place.addresses.listed.map((item) => item.address);
    const keys = evidence.keys.listed.map((item) => item.accessKeyId);
    return findingText(finding.resource.lambdaDetails?.functionArn ?? 'no function', addresses, keys, [
      ...evidence.eventIds.listed,
    ]);
  });
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

function compare(found: readonly string[], wanted: readonly string[]): string {
  const missing = wanted.filter((text) => !found.includes(text));
  const extra = found.filter((text) => !wanted.includes(text));
  if (missing.length === 0 && extra.length === 0 && found.length === wanted.length) return 'right';
  const example = missing[0] ?? extra[0] ?? 'the same one twice';
  return `WRONG: ${missing.length} of ${wanted.length} missing, ${extra.length} too many (${example.slice(0, 200)})`;
}

export const readExpected = (path: string): Expected => JSON.parse(readFileSync(path, 'utf8')) as Expected;
