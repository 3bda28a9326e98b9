import { nearest } from '../kit/index.ts';
import { DOCUMENTED_FIELDS } from './documented-fields.ts';
import { EVIDENCE_FIELDS } from './evidence-fields.ts';

/** How values of a field compare. */
export type FieldKind = 'text' | 'time' | 'severity' | 'address' | 'ipv4' | 'ipv6';

/** Where `service.additionalInfo` keeps its JSON text, and everything of ours. */
export const ADDITIONAL_INFO = 'service.additionalInfo';

const KINDS: ReadonlySet<string> = new Set<FieldKind>(['time', 'severity', 'address', 'ipv4', 'ipv6']);

const fields: ReadonlyMap<string, FieldKind> = new Map([
  ...read(DOCUMENTED_FIELDS, ''),
  ...read(EVIDENCE_FIELDS, `${ADDITIONAL_INFO}.`),
]);

/** Names that GuardDuty's guide prints differently from its API, and the name that findings carry. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['resource.instanceDetails.outpostARN', 'resource.instanceDetails.outpostArn'],
  [
    'resource.s3BucketDetails.publicAccess.effectivePermissions',
    'resource.s3BucketDetails.publicAccess.effectivePermission',
  ],
]);

export interface Field {
  /** Path within a finding, without the aliases. */
  readonly path: string;
  readonly kind: FieldKind;
}

/**
 * A field by the name that criteria give it; undefined for a name that no document knows. Unknown names must not pass: a misspelt field
 * is missing everywhere, and `notEquals` on a missing field matches every finding.
 */
export function fieldOf(name: string): Field | undefined {
  const path = ALIASES.get(name) ?? name;
  const kind = fields.get(path);
  return kind === undefined ? undefined : { path, kind };
}

export function nearestField(name: string): string | undefined {
  return nearest(name, fields.keys()) ?? [...fields.keys()].find((field) => field.endsWith(`.${name}`));
}

/** Every field that can be named, sorted as documented, ours last. */
export function fieldNames(): readonly string[] {
  return [...fields.keys()];
}

function read(text: string, prefix: string): [string, FieldKind][] {
  let parent = '';
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      const colon = line.indexOf(':');
      if (colon !== -1) parent = line.slice(0, colon);
      const leaves = line.slice(colon + 1).trim();
      return leaves.split(' ').map((leaf): [string, FieldKind] => {
        const [name = '', kind = ''] = leaf.split('@');
        return [
          `${prefix}${parent === '.' ? '' : `${parent}.`}${name}`,
          KINDS.has(kind) ? (kind as FieldKind) : 'text',
        ];
      });
    });
}
