import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { withEnvironment } from './s3-server.ts';

/**
 * A real browser without a screen, out of npm: no download, nothing to install. Close it when done; unpacking costs two seconds once for each
 * machine, starting a tenth of one.
 *
 * Undefined where there is none: the package has a build for 64-bit Linux on Intel only, elsewhere `STRAYKEY_CHROMIUM` may name one.
 * Skip with {@link WITHOUT_BROWSER} as the reason.
 */
export async function launchBrowser(): Promise<Browser | undefined> {
  const named = process.env.STRAYKEY_CHROMIUM;
  if (named !== undefined && named !== '') return await chromium.launch({ executablePath: named, args: FLAGS });
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = await unpacked();
  return await chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: FLAGS,
    env: {
      ...process.env,
      // A bare machine lacks NSS and NSPR.
      LD_LIBRARY_PATH: [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(':'),
      FONTCONFIG_FILE: await fontsFile(folder),
      HOME: folder,
    },
  });
}

export const WITHOUT_BROWSER = 'no browser for this machine; name one in STRAYKEY_CHROMIUM';

/** Tests may run as root, where Chromium refuses its sandbox; pages are our own. Nothing leaves the machine by itself. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--font-render-hinting=none',
];

/**
 * The package unpacks to fixed names in the temporary folder and takes a half-written file for a whole one, so that tests starting
 * together would trip over each other. Here each unpacks to a folder of its own and the first one gives it the name that lasts.
 */
async function unpacked(): Promise<string> {
  const { default: packed, inflate } = await import('@sparticuz/chromium');
  const { version } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string };
  const home = join(tmpdir(), `straykey-chromium-${version}-${process.getuid?.()}`);
  if (existsSync(home)) return home;
  const folder = await mkdtemp(`${home}-`);
  const restore = withEnvironment({ TMPDIR: folder });
  try {
    await packed.executablePath();
    await inflate(join(packageFolder(), 'bin', 'al2023.tar.br'));
  } finally {
    restore();
  }
  // Fails when another was first: then that one is as good.
  await rename(folder, home).catch(() => rm(folder, { recursive: true, force: true }));
  return home;
}

/**
 * Where fonts are: the package's own, and the machine's. The file that comes with the package names other folders, and a page with an input
 * field kills a Chromium that finds no font at all.
 */
async function fontsFile(folder: string): Promise<string> {
  const file = join(folder, 'fonts-here.conf');
  const folders = [join(folder, 'fonts', 'fonts'), '/usr/share/fonts'].map((each) => `<dir>${each}</dir>`).join('');
  const cache = `<cachedir>${join(folder, 'fonts-cache')}</cachedir>`;
  await writeFile(file, `<?xml version="1.0"?><fontconfig>${folders}${cache}</fontconfig>\n`);
  return file;
}

function packageFolder(): string {
  return join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..');
}
