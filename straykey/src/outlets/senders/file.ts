import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { jsonText } from '../../findings/index.ts';
import { type Message, toldFinding } from '../told.ts';
import { sentence } from './http-post.ts';
import type { Result, Sender } from './sender.ts';

/** Lines of one write. */
const MOST_LINES = 100;

/** Bytes at the end of the file in which a repeated message is looked for: the last hundred messages and more. */
const TAIL_BYTES = 4 * 1024 * 1024;

/** One GuardDuty finding a line. */
export function fileSender(path: string): Sender {
  return linesSender(path, (message) => jsonText(toldFinding(message)));
}

/**
 * Appends lines to a file, on disk when it answers. The file is opened for each write, so rotation by renaming needs no signal. A line that a
 * crash cut off is closed first; a message tried before whose line stands at the end already is not written again.
 */
export function linesSender(path: string, lineOf: (message: Message) => string): Sender {
  return {
    most: MOST_LINES,
    width: 1,
    async send(messages) {
      try {
        const written = await append(
          path,
          messages.map((message) => ({ line: lineOf(message), again: message.attempts > 1 })),
        );
        return written.map(
          (fresh): Result => ({ kind: 'delivered', answer: fresh ? `written to ${path}` : `is in ${path} already` }),
        );
      } catch (error) {
        return messages.map((): Result => ({ kind: 'retry', reason: sentence(error) }));
      }
    },
  };
}

/** Which lines were written. */
async function append(
  path: string,
  lines: readonly { readonly line: string; readonly again: boolean }[],
): Promise<boolean[]> {
  const file = await open(path, 'a+', 0o640);
  try {
    const tail = await tailOf(file);
    const there = new Set(lines.some(({ again }) => again) ? tail.split('\n') : []);
    const fresh = lines.map(({ line, again }) => !(again && there.has(line)));
    const text = lines.flatMap(({ line }, i) => (fresh[i] ? [`${line}\n`] : [])).join('');
    const start = tail === '' || tail.endsWith('\n') ? '' : '\n';
    if (text !== '') await file.appendFile(start + text);
    await file.sync();
    if (tail === '') await syncFolder(path);
    return fresh;
  } finally {
    await file.close();
  }
}

async function tailOf(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
  return buffer.toString('utf8', 0, bytesRead);
}

/** The name of a new file is on disk only with its folder. Windows cannot open folders, and does not need to. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
