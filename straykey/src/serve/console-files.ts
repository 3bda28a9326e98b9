import { readFileSync, statSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';

/** What the console may do in a browser: nothing but talk to where it came from. */
export const CONSOLE_POLICY =
  "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

export interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Names under `assets/` carry a hash of their content and never change. */
  readonly immutable: boolean;
}

/**
 * A file of the built console by the path behind `/console/`; its page for every path that is none of its files, because the page has its own
 * addresses. Undefined outside the folder, and where the console was not built.
 */
export function consoleFile(folder: string, path: string): StaticFile | undefined {
  const inside = normalize(path);
  if (inside.startsWith('..') || inside.includes(`${sep}..`) || inside.includes('\0')) return undefined;
  return (
    read(folder, inside === '.' ? 'index.html' : inside) ??
    (extname(inside) === '' ? read(folder, 'index.html') : undefined)
  );
}

function read(folder: string, path: string): StaticFile | undefined {
  const file = join(folder, path);
  const type = TYPES[extname(file)];
  if (type === undefined || statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  return { bytes: new Uint8Array(readFileSync(file)), type, immutable: path.startsWith(`assets${sep}`) };
}
