import { sql } from 'kysely';
import type { Session } from './session.ts';
import { isLong, keyOf, unescapeText } from './text.ts';

/** Keys of one write; remembers what the long ones stand for. */
export class Keys {
  private readonly long = new Map<string, string>();

  of(text: string): string {
    const key = keyOf(text);
    if (isLong(key)) this.long.set(key, text);
    return key;
  }

  /** Before the rows that use them. */
  async save({ db, words }: Session): Promise<void> {
    if (this.long.size === 0) return;
    // JSON text escapes what columns cannot hold.
    const rows = [...this.long].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, text]) => [key, JSON.stringify(text)]);
    await sql`insert into long_texts (short, text)
      select short, text from ${words.rows('given', { short: 'text', text: 'text' }, rows)} where true
      on conflict do nothing`.execute(db);
  }
}

/** Reads keys back. `keys`: all that will be asked for. */
export async function readKeys({ db, words }: Session, keys: Iterable<string>): Promise<(key: string) => string> {
  const long = new Set<string>();
  for (const key of keys) if (isLong(key)) long.add(key);
  if (long.size === 0) return unescapeText;
  const rows = await db
    .selectFrom('long_texts')
    .selectAll()
    .where(words.oneOf(sql.ref('short'), [...long]))
    .execute();
  const texts = new Map(rows.map(({ short, text }) => [short, JSON.parse(text) as string]));
  return (key) => texts.get(key) ?? unescapeText(key);
}
