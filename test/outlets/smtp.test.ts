import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { secretsFrom } from '../../straykey/src/config/index.ts';
import { deliveryKey, type OutletConfig, openSender, UnusableOutlet } from '../../straykey/src/outlets/index.ts';
import { HOSTILE } from '../findings/fixtures.ts';
import { selfSigned } from './certificate.ts';
import { hostileTheft, message, NOON, theft, told } from './messages.ts';

const PASSWORD = 'correct horse battery staple';
const ports = { now: () => NOON, secret: secretsFrom({ MAIL_PASSWORD: PASSWORD }) };
const { cert, key } = selfSigned();

interface Mail {
  readonly text: string;
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly to: readonly string[];
}
const mails: Mail[] = [];
/** What the server says to the next mail. */
let refusal: { readonly at: 'rcpt' | 'data'; readonly code: number } | undefined;

function failure(at: 'rcpt' | 'data'): Error | null {
  return refusal?.at === at ? Object.assign(new Error('policy'), { responseCode: refusal.code }) : null;
}

async function startServer(options: SMTPServerOptions): Promise<SMTPServer & { readonly port: number }> {
  const server = new SMTPServer({
    key,
    cert,
    authOptional: true,
    disableReverseLookup: true,
    onAuth: ({ password, username }, _session, done) =>
      done(password === PASSWORD ? null : Object.assign(new Error('no'), { responseCode: 535 }), { user: username }),
    onRcptTo: (_address, _session, done) => done(failure('rcpt')),
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (piece: Buffer) => {
        text += piece.toString('utf8');
      });
      stream.on('end', () => {
        const error = failure('data');
        if (error === null) {
          const to = session.envelope.rcptTo.map(({ address }) => address);
          mails.push({ text, secure: session.secure, user: session.user, to });
        }
        done(error);
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { port: (server.server.address() as AddressInfo).port });
}

const trusted = getCACertificates('default');
const servers: SMTPServer[] = [];
let mailbox: { readonly port: number };
before(async () => {
  setDefaultCACertificates([...trusted, cert]);
  mailbox = await open({});
});
after(async () => {
  setDefaultCACertificates(trusted);
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
});
beforeEach(() => {
  mails.length = 0;
  refusal = undefined;
});

async function open(options: SMTPServerOptions) {
  const server = await startServer(options);
  servers.push(server);
  return server;
}

function sender(change: Partial<Extract<OutletConfig, { type: 'smtp' }>> = {}) {
  return openSender(
    {
      type: 'smtp',
      name: 'mail',
      host: 'localhost',
      port: mailbox.port,
      security: 'starttls',
      from: 'Straykey <straykey@example.com>',
      to: ['oncall@example.com', 'soc@example.com'],
      ...told,
      ...change,
    },
    ports,
  );
}

function headerOf(mail: string, name: string): string {
  const head = mail.slice(0, mail.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1] ?? '';
}

describe('a mail', () => {
  test('says in its text what, whose, from where and what next, and brings the report and the finding', async () => {
    const [result] = await sender().send([message()]);
    assert.match(
      result?.kind === 'delivered' ? result.answer : JSON.stringify(result),
      /^250 .*oncall@example\.com, soc@example\.com$/,
    );
    const [{ secure, text, to }] = mails as [Mail];
    assert.equal(secure, true);
    assert.deepEqual(to, ['oncall@example.com', 'soc@example.com']);
    assert.equal(headerOf(text, 'Subject'), '[High] Credential of orders used from 185.220.101.1');
    for (const part of ['111122223333', 'orders-role', 'straykey respond']) assert.ok(text.includes(part), part);
    assert.match(text, /filename="?finding-[0-9a-f]{12}\.html/);
    assert.match(text, /filename="?finding-[0-9a-f]{12}\.json/);
  });

  test('has the delivery key as its id, the same for a repetition, in one thread for a finding', async () => {
    const sends = [message(), message({ attempts: 2 }), message({ revision: 2, kind: 'update' })];
    for (const each of sends) await sender().send([each]);
    const ids = mails.map(({ text }) => headerOf(text, 'Message-ID'));
    assert.deepEqual(
      ids,
      sends.map((each) => `<${deliveryKey(each)}@example.com>`),
    );
    assert.deepEqual(
      new Set(mails.map(({ text }) => headerOf(text, 'References'))),
      new Set([`<${theft.id}@example.com>`]),
    );
  });

  for (const text of [...HOSTILE, 'x\r\nBcc: everybody@example.com\r\n\r\nowned']) {
    test(`holds ${JSON.stringify(text)} as text: no header, no recipient more`, async () => {
      await sender().send([message({ finding: hostileTheft(text) })]);
      const [{ text: mail, to }] = mails as [Mail];
      assert.equal(to.length, 2);
      assert.equal(headerOf(mail, 'Bcc'), '');
      const names = mail
        .slice(0, mail.indexOf('\r\n\r\n'))
        .split('\r\n')
        .filter((line) => !/^[ \t]/.test(line))
        .map((line) => line.split(':')[0]!.toLowerCase());
      assert.deepEqual(
        names.filter((name) => !KNOWN_HEADERS.has(name)),
        [],
      );
    });
  }
});

const KNOWN_HEADERS = new Set(
  'from to subject message-id in-reply-to references x-straykey-delivery x-straykey-event auto-submitted date mime-version content-type'.split(
    ' ',
  ),
);

describe('what a mail server answers', () => {
  const answers = [
    [{ at: 'data', code: 451 }, 'retry'],
    [{ at: 'data', code: 554 }, 'dead'],
    [{ at: 'rcpt', code: 450 }, 'retry'],
    [{ at: 'rcpt', code: 550 }, 'retry'],
  ] as const;
  for (const [said, kind] of answers) {
    test(`${said.code} at ${said.at}: ${kind}`, async () => {
      refusal = said;
      const [result] = await sender().send([message()]);
      assert.equal(result!.kind, kind, JSON.stringify(result));
      assert.equal(mails.length, 0);
    });
  }

  test('breaking off in the middle is tried again', async () => {
    const server = createServer((socket) => {
      socket.write('220 ready\r\n');
      socket.once('data', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [result] = await sender({ port: (server.address() as AddressInfo).port }).send([message()]);
    server.close();
    assert.equal(result!.kind, 'retry');
  });

  test('nobody there is tried again', async () => {
    const server = await startServer({});
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const [result] = await sender({ port: server.port }).send([message()]);
    assert.match(result?.kind === 'retry' ? result.reason : '', /ECONNREFUSED/);
  });
});

describe('the connection', () => {
  test('without STARTTLS gets no mail, unless the operator says none', async () => {
    const plain = await open({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    const [refused] = await sender({ port: plain.port }).send([message()]);
    assert.equal(refused!.kind, 'retry');
    assert.equal(mails.length, 0);
    const [sent] = await sender({ port: plain.port, security: 'none' }).send([message()]);
    assert.equal(sent!.kind, 'delivered', JSON.stringify(sent));
  });

  test('is secured from the start when the operator says tls', async () => {
    const tls = await open({ secure: true });
    const [result] = await sender({ port: tls.port, security: 'tls' }).send([message()]);
    assert.equal(result!.kind, 'delivered', JSON.stringify(result));
  });

  test('with a certificate that nobody vouches for gets no mail', async () => {
    const stranger = await open(selfSigned());
    const [result] = await sender({ port: stranger.port }).send([message()]);
    assert.match(result?.kind === 'retry' ? result.reason : '', /self-signed/);
    assert.equal(mails.length, 0);
  });

  test('signs in when there is a user', async () => {
    await sender({ user: 'straykey', password: 'env:MAIL_PASSWORD' }).send([message()]);
    assert.equal(mails[0]!.user, 'straykey');
  });

  test('a refused password is tried again and stands in no error', async () => {
    const strict = await open({
      onAuth: (_auth, _session, done) => done(Object.assign(new Error(`wrong: ${PASSWORD}`), { responseCode: 535 })),
    });
    const [result] = await sender({ port: strict.port, user: 'straykey', password: 'env:MAIL_PASSWORD' }).send([
      message(),
    ]);
    assert.equal(result!.kind, 'retry');
    assert.ok(!JSON.stringify(result).includes(PASSWORD));
  });
});

describe('settings', () => {
  for (const [what, change] of Object.entries({
    'no recipient': { to: [] },
    'an address with a line break': { to: ['oncall@example.com\r\nBcc: x@example.com'] },
    'a sender that is none': { from: 'straykey' },
    'a user without a password': { user: 'straykey' },
  })) {
    test(`${what} stops the start`, () => assert.throws(() => sender(change), UnusableOutlet));
  }
});
