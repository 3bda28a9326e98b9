import { ADDITIONAL_INFO } from './fields.ts';

/** What a condition can compare. */
export type Scalar = string | number | boolean;

/** Reads a finding's fields by their JSON path; the JSON text of `additionalInfo` is parsed once, when first asked for. */
export interface Reader {
  /** Every value at a path, through arrays; none when the finding has no such member. */
  at(path: string): readonly Scalar[];
}

/**
 * Paths follow own members only, so that `__proto__` is a member like any other. Below `service.additionalInfo` raw members (GuardDuty's
 * raw findings have some) come first, then those of the JSON text in `value`; a text that is not JSON has no members.
 */
export function readerOf(finding: object): Reader {
  let info: { readonly parsed: unknown } | undefined;
  return {
    at(path) {
      const raw = leavesAt(finding, path.split('.'));
      if (raw.length > 0 || !path.startsWith(`${ADDITIONAL_INFO}.`)) return raw;
      info ??= { parsed: parse(leavesAt(finding, [...ADDITIONAL_INFO.split('.'), 'value'])[0]) };
      return leavesAt(info.parsed, path.slice(ADDITIONAL_INFO.length + 1).split('.'));
    },
  };
}

function leavesAt(node: unknown, path: readonly string[]): readonly Scalar[] {
  if (Array.isArray(node)) return node.flatMap((each) => leavesAt(each, path));
  const [step, ...rest] = path;
  if (step === undefined) return isScalar(node) ? [node] : [];
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, step)) return [];
  return leavesAt((node as Readonly<Record<string, unknown>>)[step], rest);
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function parse(text: Scalar | undefined): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
