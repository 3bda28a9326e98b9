import type { Finding } from '../../findings/index.ts';
import { asff } from './asff.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { ndjson } from './ndjson.ts';
import { ocsf } from './ocsf.ts';
import { type TableOptions, table } from './table.ts';

export type FormatName = 'table' | 'json' | 'ndjson' | 'asff' | 'ocsf' | 'html';

/** Each writes all findings as one text that ends with a line break. Only the table asks what the terminal is like. */
export const formats: Readonly<Record<FormatName, (findings: readonly Finding[], terminal: TableOptions) => string>> = {
  table,
  json: (findings) => json(findings),
  ndjson: (findings) => ndjson(findings),
  asff: (findings) => asff(findings),
  ocsf: (findings) => ocsf(findings),
  html: (findings) => html(findings),
};

export const formatNames = Object.keys(formats) as readonly FormatName[];

export { type AsffOptions, asff, asffFinding } from './asff.ts';
export { html } from './html.ts';
export { json } from './json.ts';
export { ndjson } from './ndjson.ts';
export { ocsf } from './ocsf.ts';
export { type TableOptions, table } from './table.ts';
