// Writes the input of every golden scenario from its story: `node test/golden/make.ts`. Expectations are written by UPDATE_GOLDEN=1.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Story, stories } from './stories/index.ts';

/** Path below this folder to text, of everything a story says. */
export function inputsOf({ name, about, causes, benign, malicious }: Story): Map<string, string> {
  const texts = new Map<string, string>();
  const numbers = causes.length === 0 ? '' : `\nCauses: ${causes.join(', ')} (see ../README.md).`;
  texts.set(
    `${name}/about.md`,
    `${about}\n${numbers}\nProvenance: synthetic, by ../make.ts; shapes as in real trails.\n`,
  );
  for (const [side, twin] of Object.entries({ benign, malicious })) {
    for (const [file, records] of Object.entries(twin.files)) {
      texts.set(`${name}/${side}/${file}`, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    }
    if (twin.config !== undefined) texts.set(`${name}/${side}/config.yaml`, twin.config);
    if (twin.ranges !== undefined) texts.set(`${name}/${side}/ranges.csv`, twin.ranges);
  }
  return texts;
}

if (import.meta.main) {
  for (const story of stories) {
    for (const [path, text] of inputsOf(story)) {
      const file = join(import.meta.dirname, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}
