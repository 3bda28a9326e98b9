import type { Items } from './contract.ts';
import { type OwnContext, refuse } from './env.ts';

/** Rows of a page unless asked otherwise: two screens of a table. */
const USUAL = 100;
const MOST = 500;

export interface Page {
  readonly limit: number;
  /** What the page before ended with; absent on the first one. */
  readonly after?: string;
}

/** `?limit=` and `?after=`, or the answer that refuses them. */
export function pageAsked(c: OwnContext): Page | Response {
  const text = c.req.query('limit');
  const limit = text === undefined ? USUAL : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST || text === '') {
    return refuse(c, 400, 'BadInput', `limit: expected a whole number from 1 to ${MOST}.`);
  }
  const token = c.req.query('after');
  if (token === undefined) return { limit };
  const after = fromToken(token);
  if (after === undefined) return refuse(c, 400, 'BadInput', 'after: expected the next of an earlier page.');
  return { limit, after };
}

/** Cuts a page out of a list whose order `keyOf` is: the rows whose key is greater than the one the page before ended with. */
export function pageOf<Item>(all: readonly Item[], { after, limit }: Page, keyOf: (item: Item) => string): Items<Item> {
  const from = after === undefined ? 0 : all.findIndex((item) => keyOf(item) > after);
  const items = from === -1 ? [] : all.slice(from, from + limit);
  const more = from !== -1 && from + limit < all.length;
  return { items, ...(more && { next: toToken(keyOf(items.at(-1)!)) }) };
}

export function toToken(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

function fromToken(token: string): string | undefined {
  if (token.length > 4096 || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined;
  const key = Buffer.from(token, 'base64url').toString('utf8');
  return toToken(key) === token ? key : undefined;
}
