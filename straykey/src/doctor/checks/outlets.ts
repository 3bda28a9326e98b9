import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseS3Address } from '../../sources/index.ts';
import { fail, type Line, ok, warn } from '../line.ts';
import type { Permissions } from '../permissions.ts';
import type { DoctorPorts, OutletConfig } from '../ports.ts';

/** Whether an outlet's secrets are there and its receiver answers. Nothing is sent. */
export async function checkOutlet(outlet: OutletConfig, ports: DoctorPorts, permissions: Permissions): Promise<Line[]> {
  const { name } = outlet;
  const secrets = secretLines(outlet, ports);
  if (secrets.some(({ status }) => status === 'fail')) return secrets;
  return [...secrets, ...(await receiverLines(outlet, name, ports, permissions))];
}

function secretLines(outlet: OutletConfig, { secret }: DoctorPorts): Line[] {
  const references = [
    'secret' in outlet ? outlet.secret : undefined,
    'password' in outlet ? outlet.password : undefined,
    'url' in outlet && isReference(outlet.url) ? outlet.url : undefined,
  ];
  return references.flatMap((reference): Line[] => {
    if (reference === undefined) return [];
    try {
      secret(reference);
      return [ok('outlet', outlet.name, `secret ${reference} is there`)];
    } catch (error) {
      return [
        fail(
          'outlet',
          outlet.name,
          (error as Error).message,
          'Set the variable or file for the user that runs Straykey.',
        ),
      ];
    }
  });
}

async function receiverLines(
  outlet: OutletConfig,
  name: string,
  ports: DoctorPorts,
  permissions: Permissions,
): Promise<Line[]> {
  const { aws, network, secret } = ports;
  const held = async (action: string, what: string, call: () => Promise<void>): Promise<Line[]> => {
    const answer = await permissions.try(action, what, call);
    return 'trouble' in answer
      ? [fail('outlet', name, answer.trouble.found, answer.trouble.todo)]
      : [ok('outlet', name, `${what} is there`)];
  };
  switch (outlet.type) {
    case 'webhook':
    case 'slack':
      return await urlLines(addressOf(outlet.url, secret), name, network);
    case 'ocsf':
      return outlet.url === undefined
        ? fileLines(outlet.path, name)
        : await urlLines(addressOf(outlet.url, secret), name, network);
    case 'file':
      return fileLines(outlet.path, name);
    case 'smtp':
      return await reachLines(outlet.host, outlet.port, outlet.security === 'tls' ? 'tls' : 'smtp', name, network);
    case 'sns': {
      // The topic knows its region: arn:aws:sns:REGION:ACCOUNT:NAME
      const access = { ...outlet, region: outlet.region ?? outlet.topicArn.split(':')[3] };
      return await held('sns:GetTopicAttributes', outlet.topicArn, () => aws.topicAttributes(outlet.topicArn, access));
    }
    case 'eventbridge':
      return await held('events:DescribeEventBus', `event bus ${outlet.bus}`, () =>
        aws.describeBus(outlet.bus, outlet),
      );
    case 'securityhub':
      return await held('securityhub:DescribeHub', 'Security Hub', () => aws.describeHub(outlet));
    case 's3': {
      const bucket = parseS3Address(outlet.url)?.bucket ?? '';
      return await held('s3:ListBucket', `arn:aws:s3:::${bucket}`, () => aws.headBucket(bucket, outlet));
    }
  }
}

/** `env:NAME` or `file:/path`, and not an address of the scheme `file`. */
function isReference(text: string | undefined): boolean {
  return text !== undefined && /^(?:env:|file:(?!\/\/))/.test(text);
}

function addressOf(url: string, secret: DoctorPorts['secret']): string {
  return isReference(url) ? secret(url) : url;
}

/** A webhook's path may be a secret: only its host is named. */
async function urlLines(text: string, name: string, network: DoctorPorts['network']): Promise<Line[]> {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    return [fail('outlet', name, 'its URL is not one of http or https', 'Write the receiver’s whole address.')];
  const tls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const lines = await reachLines(host, Number(url.port || (tls ? 443 : 80)), tls ? 'tls' : 'tcp', name, network);
  if (!tls && !/^(?:localhost|127\.|::1$)/.test(host))
    lines.push(warn('outlet', name, `${host} is told of findings without encryption`, 'Use https.'));
  return lines;
}

async function reachLines(
  host: string,
  port: number,
  how: 'tcp' | 'tls' | 'smtp',
  name: string,
  network: DoctorPorts['network'],
): Promise<Line[]> {
  try {
    const greeting = await network.reach(host, port, how);
    if (how === 'smtp' && !greeting.startsWith('220'))
      return [
        fail(
          'outlet',
          name,
          `${host}:${port} greets with ${JSON.stringify(greeting)}, not as a mail server`,
          'Check host and port.',
        ),
      ];
    return [
      ok('outlet', name, `${host}:${port} answers; nothing was sent. To send a sample: straykey outlets test ${name}`),
    ];
  } catch (error) {
    const found = `${host}:${port} cannot be reached: ${(error as Error).message}`;
    return [fail('outlet', name, found, 'Check name, port, firewall and certificate.')];
  }
}

function fileLines(path: string | undefined, name: string): Line[] {
  if (path === undefined) return [fail('outlet', name, 'has neither url nor path', 'Give it one of the two.')];
  const target = existsSync(path) ? path : dirname(resolve(path));
  try {
    accessSync(target, constants.W_OK);
    return [ok('outlet', name, `${path} can be written`)];
  } catch {
    return [
      fail(
        'outlet',
        name,
        `${target} cannot be written`,
        'Make the folder, or give the user that runs Straykey the right to write there.',
      ),
    ];
  }
}
