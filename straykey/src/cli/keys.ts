import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type AccessKey,
  createKey,
  encryptionKeyFrom,
  listKeys,
  NoEncryptionKey,
  type Role,
  revokeKey,
} from '../api/signing/index.ts';
import { type Config, dataDirOf } from '../config/index.ts';
import { printable } from '../kit/index.ts';
import type { Store } from '../store/index.ts';
import { rows } from './layout.ts';
import { addStoreOption, type StoreFlags, settingsAsked, withStore } from './named-store.ts';
import type { Rim } from './rim.ts';
import { storeUrl } from './serve.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

interface SayFlags extends StoreFlags {
  readonly by?: string;
  readonly reason?: string;
}

type CreateFlags = SayFlags & { readonly role: Role; readonly json?: boolean };
type ListFlags = StoreFlags & { readonly json?: boolean };

/** `random`: bytes that nobody can guess; another source is for tests only. */
export function keysCommand(
  terminal: Terminal,
  rim: Pick<Rim, 'openStore'>,
  random: (bytes: number) => Uint8Array = randomBytes,
): Command {
  const keys = new Command('keys')
    .summary('access keys for the API: make, list, revoke')
    .description(
      'Keys sign requests to the GuardDuty API and to our own, as AWS access keys do. Secrets are shown once and kept encrypted; ' +
        'straykey serve takes changes at once.',
    );
  keys.addCommand(
    withSettings(
      new Command('create')
        .summary('make a key and show its secret, once')
        .description(
          'Makes an access key. A reader may ask for everything and change nothing; an admin may everything.',
        )
        .argument('<description>', 'what it is for, such as "terraform"', said)
        .addOption(new Option('--role <role>', 'what it may do').choices(['reader', 'admin']).default('reader'))
        .option('--json', 'as JSON, with the names that AWS uses'),
    )
      .option('--reason <text>', 'why, for the audit trail')
      .option('--by <who>', 'who says so (default: $USER)')
      .action((description: string, flags: CreateFlags) => create(description, flags, { terminal, rim, random })),
  );
  keys.addCommand(
    withSettings(
      new Command('list')
        .summary('the keys, without their secrets')
        .description('Prints the access keys, who made them and when they were last used (to ten minutes).')
        .option('--json', 'as JSON'),
    ).action((flags: ListFlags) => list(flags, terminal, rim)),
  );
  keys.addCommand(
    withSettings(
      new Command('revoke')
        .summary('take a key back')
        .description('From the next request on nothing is signed with the key. That it was there stays on record.')
        .argument('<key>', 'access key id'),
    )
      .requiredOption('--reason <text>', 'why, for the audit trail', said)
      .option('--by <who>', 'who says so (default: $USER)')
      .action((accessKeyId: string, flags: SayFlags) => revoke(accessKeyId, flags, terminal, rim)),
  );
  return keys;
}

interface World {
  readonly terminal: Terminal;
  readonly rim: Pick<Rim, 'openStore'>;
  readonly random: (bytes: number) => Uint8Array;
}

async function create(description: string, flags: CreateFlags, { terminal, rim, random }: World): Promise<void> {
  const made = await inStore(flags, terminal, rim, async (store, config, dataDir) => {
    const encryptionKey = orUsage(() =>
      encryptionKeyFrom(config.serve.keyEncryption, dataDir, terminal.environment, random),
    );
    const ports = { now: terminal.now, random, encryptionKey };
    return await createKey(store, { description, role: flags.role }, saidBy(flags, terminal), ports);
  });
  if (flags.json) {
    terminal.stdout(
      `${JSON.stringify({ AccessKeyId: made.accessKeyId, SecretAccessKey: made.secretAccessKey, Role: made.role }, undefined, 2)}\n`,
    );
    return;
  }
  terminal.stdout(
    rows(
      [
        ['Key', made.accessKeyId],
        ['Secret', made.secretAccessKey],
        ['Role', made.role],
      ],
      terminal.columns,
    ),
  );
  terminal.stderr('The secret is shown this once. Set it as AWS_SECRET_ACCESS_KEY beside AWS_ACCESS_KEY_ID.\n');
}

async function list(flags: ListFlags, terminal: Terminal, rim: World['rim']): Promise<void> {
  const keys = await inStore(flags, terminal, rim, listKeys);
  if (flags.json) terminal.stdout(`${JSON.stringify(keys, undefined, 2)}\n`);
  else if (keys.length === 0) terminal.stdout('There are no access keys.\n');
  else
    terminal.stdout(
      keys.map((key) => rows([[key.accessKeyId, described(key)]], terminal.columns, undefined, 22)).join(''),
    );
}

function described({ role, description, createdBy, createdAt, lastUsedAt }: AccessKey): string {
  const used = lastUsedAt === undefined ? 'never used' : `last used ${lastUsedAt}`;
  return `${role}, ${description}; made by ${createdBy} ${createdAt}, ${used}`;
}

async function revoke(accessKeyId: string, flags: SayFlags, terminal: Terminal, rim: World['rim']): Promise<void> {
  const revoked = await inStore(flags, terminal, rim, (store) =>
    revokeKey(store, accessKeyId, terminal.now(), saidBy(flags, terminal)),
  );
  if (!revoked) throw new Exit(EXIT.usage, `There is no access key ${accessKeyId}. straykey keys list shows them.`);
  terminal.stdout(`Revoked ${printable(accessKeyId)}.\n`);
}

/** In the store named, else the one that `serve` uses by default. */
async function inStore<Result>(
  flags: StoreFlags,
  terminal: Terminal,
  rim: World['rim'],
  work: (store: Store, config: Config, dataDir: string) => Promise<Result>,
): Promise<Result> {
  const { config, store } = settingsAsked(flags, terminal);
  const dataDir = dataDirOf(config, terminal.environment);
  return await withStore(store ?? storeUrl(config, dataDir), rim, (opened) => work(opened, config, dataDir));
}

function withSettings(command: Command): Command {
  return addStoreOption(command, 'the store').option('--config <file>', 'settings, see docs/configuration.md');
}

function saidBy(
  { by, reason }: SayFlags,
  { environment }: Terminal,
): { readonly by: string; readonly reason?: string } {
  return { by: by ?? environment.USER ?? 'unknown', ...(reason === undefined ? {} : { reason }) };
}

function said(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected a sentence.');
  return text;
}

function orUsage<Result>(make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (error instanceof NoEncryptionKey) throw new Exit(EXIT.usage, error.message);
    throw error;
  }
}
