import { type OperationSheet, operations } from './shapes.ts';

export type Routed =
  | { readonly kind: 'operation'; readonly operation: OperationSheet; readonly labels: ReadonlyMap<string, string> }
  | { readonly kind: 'unknown' };

/** By method and number of segments: a handful to compare with for each request. */
const byForm: ReadonlyMap<string, readonly OperationSheet[]> = Map.groupBy(
  operations.values(),
  ({ method, path }) => `${method} ${path.length}`,
);

/**
 * The operation that a method and a path mean. The path is as sent: it is split first and each label decoded once, so `%2F` belongs to
 * a label and `..` is a label like any other, that names nothing. An encoding that is broken names nothing either.
 */
export function route(method: string, path: string): Routed {
  const segments = path.split('/').slice(1);
  for (const operation of byForm.get(`${method} ${segments.length}`) ?? []) {
    const labels = labelsOf(operation.path, segments);
    if (labels !== undefined) return { kind: 'operation', operation, labels };
  }
  return { kind: 'unknown' };
}

function labelsOf(template: readonly string[], segments: readonly string[]): ReadonlyMap<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const [i, part] of template.entries()) {
    const segment = segments[i]!;
    if (!part.startsWith('{')) {
      if (part !== segment) return undefined;
      continue;
    }
    const label = decoded(segment);
    if (label === undefined || label === '') return undefined;
    labels.set(part.slice(1, -1), label);
  }
  return labels;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
