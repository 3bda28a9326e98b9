import { readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

/**
 * The question every comparator answers, as plainly as it can be put: calls from outside AWS under a key made for a Lambda
 * function. A key is a function's by `userIdentity.inScopeOf`, or because it is in the response of an `AssumeRole` by
 * lambda.amazonaws.com anywhere in the input. Presigned S3 object calls do not count. Independent of Straykey's code.
 */
export interface Answer {
  readonly accessKeyId: string;
  readonly address: string;
  readonly eventID: string;
  readonly roleArn: string;
  readonly eventTime: string;
  readonly eventName: string;
}

/** One line a use, the form in which every comparator prints. */
export const answerLine = (a: Answer): string =>
  [a.accessKeyId, a.address, a.eventID, a.roleArn, a.eventTime, a.eventName].join('\t');

export const PRESIGNED_VERBS = [
  'GetObject',
  'HeadObject',
  'PutObject',
  'UploadPart',
  'PostObject',
  'CreateMultipartUpload',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
];

/** Networks that are not the Internet. */
const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
];

/** Tells addresses outside AWS from everything else: addresses of `prefixesFile`, private ones, and what is no address. */
export function outsideTest(prefixesFile: string): (address: string) => boolean {
  const ranges = [...readFileSync(prefixesFile, 'utf8').trim().split('\n'), ...PRIVATE].map(rangeOf);
  ranges.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const merged: [bigint, bigint][] = [];
  for (const [first, last] of ranges) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1]) previous[1] = last > previous[1] ? last : previous[1];
    else merged.push([first, last]);
  }
  return (address) => {
    if (isIP(address) === 0) return false;
    const n = addressNumber(address);
    let low = 0;
    let high = merged.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (merged[middle]![0] <= n) low = middle + 1;
      else high = middle;
    }
    return low === 0 || merged[low - 1]![1] < n;
  };
}

function rangeOf(cidr: string): [bigint, bigint] {
  const [text, bits] = cidr.split('/') as [string, string];
  const first = addressNumber(text);
  const width = text.includes(':') ? 128 : 32;
  return [first, first + (1n << BigInt(width - Number(bits))) - 1n];
}

/** 128 bits; IPv4 lies in ::ffff:0:0/96. */
function addressNumber(text: string): bigint {
  if (!text.includes(':')) return text.split('.').reduce((n, part) => (n << 8n) | BigInt(part), 0xffffn);
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = groups(tail ?? '');
  const middle = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].reduce((n, group) => (n << 16n) | BigInt(`0x${group}`), 0n);
}

/** The `.gz` files below a folder. */
export function* gzipFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* gzipFiles(path);
    else if (entry.name.endsWith('.gz')) yield path;
  }
}
