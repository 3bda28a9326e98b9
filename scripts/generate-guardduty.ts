// Writes straykey/src/api/guardduty/generated.ts from the schemas inside @aws-sdk/client-guardduty: routes, members by their wire names, types, what is
// required. `--check` only compares. The schemas know no lengths, patterns or enumerations; those are in the operations that need them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import * as guardduty from '@aws-sdk/client-guardduty';

const target = join(import.meta.dirname, '..', 'straykey', 'src', 'api', 'guardduty', 'generated.ts');

/** Kinds of schemas and numbers of simple ones, as @smithy/core/schema has them (NormalizedSchema). */
const KIND = { list: 1, map: 2, structure: 3, union: 4, operation: 9, error: -3 } as const;
const SIMPLE = new Map<unknown, string>([
  [0, 'string'],
  [1, 'number'],
  [2, 'boolean'],
  [4, 'time'],
  [15, 'document'],
]);
/** A list or a map of a simple type is the type's number plus this. */
const LIST = 64;
const MAP = 128;

type Raw = readonly unknown[];

/** A schema may be wrapped in functions, and in a pair with traits. */
function bare(schema: unknown): unknown {
  let found = schema;
  while (typeof found === 'function') found = found();
  return Array.isArray(found) && found.length === 2 && typeof found[0] !== 'number' ? bare(found[0]) : found;
}

const shapes = new Map<string, string>();

/** The type of a member in the notation of `shapes.ts`; structures met on the way are written down. */
function typeOf(schema: unknown): string {
  const found = bare(schema);
  if (typeof found === 'number') {
    if (found >= MAP) return `{${typeOf(found - MAP)}}`;
    if (found >= LIST) return `[${typeOf(found - LIST)}]`;
    const simple = SIMPLE.get(found);
    if (simple === undefined) throw new Error(`a simple type of number ${found}: add it`);
    return simple;
  }
  if (found === 'unit') return 'none';
  const raw = found as Raw;
  if (raw.length === 2) return typeOf(raw[0]);
  switch (raw[0]) {
    case KIND.list:
      return `[${typeOf(raw[4])}]`;
    case KIND.map:
      return `{${typeOf(raw[5])}}`;
    case KIND.structure:
    case KIND.union:
    case KIND.error:
      return structure(raw);
    default:
      // A simple type with a name: a sensitive text.
      return typeOf(raw[4]);
  }
}

function structure(raw: Raw): string {
  const name = String(raw[2]);
  if (shapes.has(name)) return name;
  shapes.set(name, '');
  const names = raw[4] as readonly string[];
  const members = raw[5] as readonly unknown[];
  const required = typeof raw[6] === 'number' ? raw[6] : 0;
  shapes.set(name, names.map((member, i) => line(member, members[i], i < required)).join(' '));
  return name;
}

/** `wire*:type`, `?wire` from the query, `/Label` from the path; the star says required. */
function line(name: string, member: unknown, required: boolean): string {
  const [schema, traits] = Array.isArray(member) && member.length === 2 ? member : [member, 0];
  const star = required ? '*' : '';
  if (traits === 1) return `/${name}${star}:${typeOf(schema)}`;
  const { jsonName, httpQuery } = (typeof traits === 'object' ? traits : {}) as {
    readonly jsonName?: string;
    readonly httpQuery?: string;
  };
  return httpQuery === undefined
    ? `${jsonName ?? name}${star}:${typeOf(schema)}`
    : `?${httpQuery}${star}:${typeOf(schema)}`;
}

function text(): string {
  const operations = Object.values(guardduty)
    .filter((each): each is never => Array.isArray(each) && (each as Raw)[0] === KIND.operation)
    .map((each) => {
      const raw = each as Raw;
      const [method, path, status] = (raw[3] as { readonly http: readonly [string, string, number] }).http;
      return `${String(raw[2])} ${method} ${path} ${status} ${typeOf(raw[4])} ${typeOf(raw[5])}`;
    })
    .sort();
  const { version } = JSON.parse(
    readFileSync(join(import.meta.dirname, '..', 'node_modules/@aws-sdk/client-guardduty/package.json'), 'utf8'),
  ) as { readonly version: string };
  return `// Made by scripts/generate-guardduty.ts from @aws-sdk/client-guardduty ${version}. Change that, not this.

/** \`Operation METHOD path status Input Output\`, all ${operations.length} of the service model 2017-11-28. */
export const OPERATIONS = \`
${operations.join('\n')}
\`;

/** \`Shape member member\`; the notation is told in shapes.ts. */
export const SHAPES = \`
${[...shapes]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, members]) => `${name} ${members}`.trimEnd())
  .join('\n')}
\`;
`;
}

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text()) {
    process.stderr.write('generated.ts is not what the schemas say: node scripts/generate-guardduty.ts\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text());
}
