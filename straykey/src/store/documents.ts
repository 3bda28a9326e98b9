import { sql } from 'kysely';
import { jsonOf } from './json.ts';
import { Keys, readKeys } from './keys.ts';
import type { Document, DocumentShelf } from './port.ts';
import type { Schema } from './schema.ts';
import type { Session } from './session.ts';
import { keyOf } from './text.ts';

export class Documents implements DocumentShelf {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async get<Body>(kind: string, id: string): Promise<Document<Body> | undefined> {
    const row = await this.session.db
      .selectFrom('documents')
      .selectAll()
      .where('kind', '=', keyOf(kind))
      .where('id', '=', keyOf(id))
      .executeTakeFirst();
    return row && documentOf<Body>(row, id);
  }

  async list<Body>(kind: string): Promise<Document<Body>[]> {
    const rows = await this.session.db
      .selectFrom('documents')
      .selectAll()
      .where('kind', '=', keyOf(kind))
      .orderBy('rank')
      .orderBy('id')
      .execute();
    const read = await readKeys(
      this.session,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => documentOf<Body>(row, read(row.id)));
  }

  async create<Body>(kind: string, id: string, body: Body, at: number, rank = 0): Promise<boolean> {
    const keys = new Keys();
    const row = {
      kind: keys.of(kind),
      id: keys.of(id),
      body: jsonOf(body),
      rank,
      version: 1,
      created_at: at,
      updated_at: at,
    };
    await keys.save(this.session);
    const result = await this.session.db
      .insertInto('documents')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .execute();
    return result.length === 1;
  }

  async replace<Body>(
    kind: string,
    id: string,
    body: Body,
    at: number,
    { version, rank }: { readonly version?: number; readonly rank?: number } = {},
  ): Promise<boolean> {
    const result = await this.session.db
      .updateTable('documents')
      .set({
        body: jsonOf(body),
        updated_at: at,
        version: sql<number>`version + 1`,
        ...(rank === undefined ? {} : { rank }),
      })
      .where('kind', '=', keyOf(kind))
      .where('id', '=', keyOf(id))
      .$if(version !== undefined, (query) => query.where('version', '=', version!))
      .returning('id')
      .execute();
    return result.length === 1;
  }

  async remove(kind: string, id: string): Promise<boolean> {
    const result = await this.session.db
      .deleteFrom('documents')
      .where('kind', '=', keyOf(kind))
      .where('id', '=', keyOf(id))
      .returning('id')
      .execute();
    return result.length === 1;
  }
}

function documentOf<Body>(row: Schema['documents'], id: string): Document<Body> {
  const { body, rank, version, created_at, updated_at } = row;
  return { id, body: JSON.parse(body) as Body, rank, version, createdAt: created_at, updatedAt: updated_at };
}
