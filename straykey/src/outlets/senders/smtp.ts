import type { Transporter } from 'nodemailer';
import { jsonText } from '../../findings/index.ts';
import { printable } from '../../kit/index.ts';
import { html } from '../formats/index.ts';
import { headline } from '../headline.ts';
import { deliveryKey, type Message, toldFinding } from '../told.ts';
import { sentence } from './http-post.ts';
import {
  EXCHANGE_TIMEOUT,
  type OutletConfig,
  oneByOne,
  type Result,
  type Sender,
  type SenderPorts,
  UnusableOutlet,
} from './sender.ts';

type SmtpConfig = Extract<OutletConfig, { type: 'smtp' }>;

/**
 * Mail: text for the phone, the report and the finding attached. `starttls` means that mail does not leave unless the connection was secured.
 * The Message-ID is the delivery key, and all messages of a finding are one thread.
 */
export function smtpSender(config: SmtpConfig, ports: SenderPorts): Sender {
  checkAddresses(config);
  if (config.user !== undefined && config.password === undefined) {
    throw new UnusableOutlet(`outlet ${config.name}: user needs password, a reference`);
  }
  if (config.password !== undefined) ports.secret(config.password);
  const send = async (message: Message): Promise<Result> => {
    let transport: Transporter | undefined;
    try {
      transport = await connect(config, ports);
      const { accepted = [], rejected = [], response } = await transport.sendMail(mail(message, config));
      const missed = rejected.length === 0 ? '' : `; refused for ${rejected.map(String).join(', ')}`;
      return { kind: 'delivered', answer: `${response}, for ${accepted.map(String).join(', ')}${missed}` };
    } catch (error) {
      return failure(error);
    } finally {
      transport?.close();
    }
  };
  return { ...oneByOne(send), width: 2 };
}

async function connect(config: SmtpConfig, ports: SenderPorts): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host: config.host,
    port: config.port,
    secure: config.security === 'tls',
    requireTLS: config.security === 'starttls',
    ignoreTLS: config.security === 'none',
    connectionTimeout: EXCHANGE_TIMEOUT,
    greetingTimeout: EXCHANGE_TIMEOUT,
    socketTimeout: EXCHANGE_TIMEOUT,
    dnsTimeout: EXCHANGE_TIMEOUT,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(config.user === undefined ? {} : { auth: { user: config.user, pass: ports.secret(config.password!) } }),
  });
}

export function mail(message: Message, config: Pick<SmtpConfig, 'from' | 'to'>) {
  const { facts, next, says, subject } = headline(message);
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(config.from)?.[1] ?? 'localhost';
  const thread = `<${message.findingId}@${domain}>`;
  const finding = toldFinding(message);
  const width = Math.max(...facts.map(([label]) => label.length));
  const text = [
    says,
    '',
    ...facts.map(([label, value]) => `${`${label}:`.padEnd(width + 2)}${value}`),
    '',
    ...next,
    '',
    `Finding ${message.findingId}, revision ${message.revision}. The report and the finding are attached.`,
    '',
  ].join('\n');
  return {
    from: config.from,
    to: [...config.to],
    // Printable text holds no line break, so a name cannot begin a header of its own.
    subject: printable(subject, 150),
    messageId: `<${deliveryKey(message)}@${domain}>`,
    references: [thread],
    inReplyTo: thread,
    headers: {
      'X-Straykey-Delivery': deliveryKey(message),
      'X-Straykey-Event': message.kind,
      'Auto-Submitted': 'auto-generated',
    },
    date: new Date(message.at),
    text,
    attachments: [
      {
        filename: `finding-${message.findingId.slice(0, 12)}.html`,
        content: html([finding]),
        contentType: 'text/html; charset=utf-8',
      },
      {
        filename: `finding-${message.findingId.slice(0, 12)}.json`,
        content: `${jsonText(finding, 2)}\n`,
        contentType: 'application/json',
      },
    ],
  };
}

/** A 5xx after the recipients is about this mail; before it, it is about accounts, addresses or policies, which can be mended. */
function failure(error: unknown): Result {
  const { command, responseCode } = error as { command?: string; responseCode?: number };
  const reason = sentence(error);
  return command === 'DATA' && responseCode !== undefined && responseCode >= 500
    ? { kind: 'dead', reason }
    : { kind: 'retry', reason };
}

function checkAddresses({ from, name, to }: SmtpConfig): void {
  if (to.length === 0) throw new UnusableOutlet(`outlet ${name}: to needs an address`);
  for (const address of [from, ...to]) {
    if (!/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/.test(address)) {
      throw new UnusableOutlet(`outlet ${name}: expected a mail address, found ${JSON.stringify(address)}`);
    }
  }
}
