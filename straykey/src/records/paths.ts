import { asMembers, type Members, own } from './fields.ts';

/** The value at `a.b.c`; undefined when a step is missing. */
export function at(members: Members, path: string): unknown {
  let found: unknown = members;
  for (const step of path.split('.')) {
    const here = asMembers(found);
    if (here === undefined) return undefined;
    found = own(here, step);
  }
  return found;
}

/** New members from a table of name to paths: the first path with a value that is neither missing, null nor empty counts. */
export function pick(members: Members, table: Readonly<Record<string, readonly string[]>>): Members {
  const picked: Record<string, unknown> = {};
  for (const [name, paths] of Object.entries(table)) {
    const value = paths.map((path) => at(members, path)).find((found) => found != null && found !== '');
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/** `{"a.b": 1}` as `{"a": {"b": 1}}`, for exports that flatten. Members already nested stay as they are. */
export function nested(members: Members): Members {
  const names = Object.keys(members);
  if (!names.some((name) => name.includes('.'))) return members;
  const root: Record<string, unknown> = Object.create(null);
  for (const name of names) place(root, name.split('.'), members[name]);
  return root;
}

/** Steps beyond this are not followed: no mapping is that deep. */
const MAX_STEPS = 12;

function place(root: Record<string, unknown>, steps: readonly string[], value: unknown): void {
  let here = root;
  for (const step of steps.slice(0, MAX_STEPS).slice(0, -1)) {
    const next = Object.hasOwn(here, step) ? asMembers(here[step]) : undefined;
    const copy: Record<string, unknown> = Object.assign(Object.create(null), next);
    here[step] = copy;
    here = copy;
  }
  here[steps.slice(0, MAX_STEPS).at(-1)!] = value;
}
