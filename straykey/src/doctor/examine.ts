import { checkAddresses } from './checks/addresses.ts';
import { checkBucket } from './checks/bucket.ts';
import { checkFolder } from './checks/folder.ts';
import { checkIdentity, withoutRole } from './checks/identity.ts';
import { checkInside } from './checks/inside.ts';
import { checkOutlet } from './checks/outlets.ts';
import { checkQueue } from './checks/queue.ts';
import { checkStore } from './checks/store.ts';
import { checkTrails } from './checks/trails.ts';
import { fail, type Line, ok, unchecked, warn } from './line.ts';
import { Permissions } from './permissions.ts';
import type { Access, DoctorPorts, SourceConfig } from './ports.ts';

/** Looks at everything in a fixed order. One thing that fails never stops the others. */
export async function* examine(ports: DoctorPorts): AsyncGenerator<Line, void, void> {
  const permissions = new Permissions();
  const { config } = ports;
  yield* configurationLines(ports);
  const { account, lines } = await checkIdentity(ports, permissions);
  yield* lines;
  for (const [i, source] of config.sources.entries()) yield* await checkSource(source, i, ports, permissions, account);
  const trail = config.sources.find(({ type }) => type === 'sqs' || type === 's3');
  if (trail !== undefined && account !== undefined) yield* await checkTrails(ports, regionOnly(trail), permissions);
  const { lines: store, inside } = await checkStore(ports, (open) => checkInside(open, config.learning.mode ?? 'on'));
  yield* inside?.coverage ?? [];
  yield* store;
  for (const outlet of config.outlets) yield* await checkOutlet(outlet, ports, permissions);
  yield* checkAddresses(ports);
  yield* inside?.learning ?? [];
  yield* permissions.lines(ports);
}

function configurationLines({ config, configFrom }: DoctorPorts): Line[] {
  const { sources, outlets } = config;
  const lines = [ok('configuration', '', `${configFrom}: ${sources.length} sources, ${outlets.length} outlets`)];
  if (sources.length === 0)
    lines.push(
      warn(
        'configuration',
        '',
        'no source: nothing would be read',
        'Add sources: to straykey.yaml, see docs/configuration.md.',
      ),
    );
  if (outlets.length === 0)
    lines.push(
      warn(
        'configuration',
        '',
        'no outlet: findings would wait in the store to be looked at',
        'Add outlets: to straykey.yaml, see docs/outlets.md.',
      ),
    );
  const names = [...sources, ...outlets].flatMap(({ name }) => name ?? []);
  for (const name of new Set(names.filter((each, i) => names.indexOf(each) !== i)))
    lines.push(fail('configuration', name, 'two sources or outlets have this name', 'Give each its own.'));
  return lines;
}

function nameOf(source: SourceConfig, i: number): string {
  return source.name ?? `${source.type} ${i + 1}`;
}

/** Trails are looked at as the identity itself, where the source is. */
function regionOnly(source: SourceConfig): Access {
  return withoutRole(source);
}

async function checkSource(
  source: SourceConfig,
  i: number,
  ports: DoctorPorts,
  permissions: Permissions,
  account: string | undefined,
): Promise<Line[]> {
  const name = nameOf(source, i);
  switch (source.type) {
    case 'folder':
      return checkFolder(source.path, name);
    case 'stdin':
      return [ok('source', name, 'reads what is piped into it')];
    case 'sqs':
    case 's3': {
      if (account === undefined)
        return [unchecked('source', name, 'not looked at: the credentials do not work', 'See credentials above.')];
      const role = await checkRole(source, name, ports, permissions);
      if (role.some(({ status }) => status === 'fail')) return role;
      const found =
        source.type === 'sqs'
          ? await checkQueue(source, name, ports, permissions)
          : await checkBucket(source.url, { area: 'source', subject: name }, source, ports, permissions);
      return [...role, ...found];
    }
  }
}

async function checkRole(
  source: Access,
  name: string,
  { aws }: DoctorPorts,
  permissions: Permissions,
): Promise<Line[]> {
  const { roleArn } = source;
  if (roleArn === undefined) return [];
  const answer = await permissions.try('sts:AssumeRole', roleArn, () => aws.whoAmI(source));
  if ('value' in answer) return [ok('source', name, `assumes ${answer.value.arn}`)];
  const { found, todo } = answer.trouble;
  return [
    fail(
      'source',
      name,
      `${roleArn} cannot be assumed: ${found}`,
      `${todo} Its trust policy must name this identity and the external id.`,
    ),
  ];
}
