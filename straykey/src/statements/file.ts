import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { Statement } from './statement.ts';

const schema = v.object({
  id: v.string(),
  made: v.number(),
  since: v.number(),
  verdict: v.picklist(['expected', 'malicious', 'clear']),
  host: v.string(),
  function: v.optional(v.string()),
  account: v.optional(v.string()),
  accept: v.optional(v.array(v.picklist(['RECON', 'SECRETS', 'ROLE_CHAIN', 'CRITICAL']))),
  ttlDays: v.optional(v.number()),
  by: v.string(),
  reason: v.string(),
});

export interface StatementsRead {
  readonly statements: readonly Statement[];
  /** Lines that could not be used, each as a sentence. A broken line costs no other. */
  readonly problems: readonly string[];
}

/** All statements of a file, oldest first; none when it does not exist. */
export function readStatements(path: string): StatementsRead {
  if (!existsSync(path)) return { statements: [], problems: [] };
  const statements: Statement[] = [];
  const problems: string[] = [];
  for (const [i, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (line.trim() === '') continue;
    const result = v.safeParse(schema, parse(line));
    if (result.success) statements.push(result.output);
    else
      problems.push(`${path}, line ${i + 1}: not a statement (${result.issues[0].message}); repair or remove the line`);
  }
  return { statements, problems };
}

/** Adds a statement; on disk when this returns. */
export function addStatement(path: string, statement: Statement): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(statement)}\n`, { flush: true });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
