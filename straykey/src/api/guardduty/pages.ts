import type { Input } from './read-input.ts';
import { wholeIn } from './read-input.ts';
import { wrong } from './rejection.ts';

/** Most of one page, and the default. Source: the service model. */
const PAGE = 50;

/**
 * One page of ids, in the order of the ids. The token is the last id of the page before, so a thing that comes or goes meanwhile moves nothing.
 */
export function pageOf(
  ids: readonly string[],
  input: Input,
): { readonly ids: readonly string[]; readonly more: { readonly nextToken?: string } } {
  const size = wholeIn(input, 'maxResults', 1, PAGE) ?? PAGE;
  const after = lastOf(input.nextToken);
  const rest = [...ids].sort(byText).filter((id) => after === undefined || id > after);
  const page = rest.slice(0, size);
  return { ids: page, more: rest.length > size ? { nextToken: tokenFor(page.at(-1)!) } : {} };
}

function tokenFor(id: string): string {
  return Buffer.from(JSON.stringify({ after: id })).toString('base64url');
}

function lastOf(token: unknown): string | undefined {
  if (token === undefined || token === '') return undefined;
  const { after } = (parsed(String(token)) ?? {}) as { readonly after?: unknown };
  if (typeof after !== 'string') throw wrong('nextToken', 'expected the token of the page before');
  return after;
}

/** What is in a token: JSON in base64url, or undefined. */
export function parsed(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
