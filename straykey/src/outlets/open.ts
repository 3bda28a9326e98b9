import { redacted, type SecretReader, UnusableSecret } from '../config/index.ts';
import { type OutletRule, outletRule } from './plan.ts';
import { eventBridgeSender } from './senders/eventbridge.ts';
import { fileSender } from './senders/file.ts';
import { ocsfSender } from './senders/ocsf.ts';
import { type S3Export, s3Sender } from './senders/s3.ts';
import { securityHubSender } from './senders/security-hub.ts';
import { type OutletConfig, type Result, type Sender, type SenderPorts, UnusableOutlet } from './senders/sender.ts';
import { slackSender } from './senders/slack.ts';
import { smtpSender } from './senders/smtp.ts';
import { snsSender } from './senders/sns.ts';
import { webhookSender } from './senders/webhook.ts';

export interface Outlets {
  /** For {@link planDeliveries}, in the order configured. */
  readonly rules: readonly OutletRule[];
  /** For {@link dispatcher}, by name. */
  readonly senders: ReadonlyMap<string, Sender>;
}

/**
 * The configured outlets, ready to send; nothing is connected yet. Every secret is looked up once, so that a start without it fails, and whatever
 * a sender says afterwards is free of them.
 *
 * @throws UnusableOutlet for settings that cannot work
 */
export function openOutlets(configs: readonly OutletConfig[], ports: SenderPorts): Outlets {
  const rules: OutletRule[] = [];
  const senders = new Map<string, Sender>();
  for (const config of configs) {
    if (senders.has(config.name)) throw new UnusableOutlet(`outlet ${config.name}: the name is taken`);
    const read = outletRule(config);
    if (read.kind === 'problem') throw new UnusableOutlet(`outlet ${config.name}: where: ${read.detail}`);
    rules.push(read.rule);
    senders.set(config.name, openSender(config, ports));
  }
  return { rules, senders };
}

/**
 * The senders of publishing destinations, which come and go while the program runs, and their rules: every finding, at the detector's frequency.
 * Destinations that cannot work are left out.
 */
export function openExports(exports: readonly S3Export[], frequencyMs: number): Outlets {
  const usable = exports.filter(({ url }) => /^s3:\/\/[^/]+/.test(url));
  return {
    rules: usable.map(({ name }) => ({ name, frequencyMs, matches: () => true })),
    senders: new Map(usable.map((each) => [each.name, s3Sender(each)])),
  };
}

/**
 * One outlet.
 *
 * @throws UnusableOutlet for settings that cannot work
 */
export function openSender(config: OutletConfig, ports: SenderPorts): Sender {
  const used = new Set<string>();
  const secret: SecretReader = (reference) => {
    const value = ports.secret(reference);
    used.add(value);
    return value;
  };
  try {
    return discreet(senderFor(config, { ...ports, secret }), used);
  } catch (error) {
    if (error instanceof UnusableSecret) throw new UnusableOutlet(`outlet ${config.name}: ${error.message}`);
    throw error;
  }
}

function senderFor(config: OutletConfig, ports: SenderPorts): Sender {
  switch (config.type) {
    case 'webhook':
      return webhookSender(config, ports);
    case 'slack':
      return slackSender(config, ports);
    case 'sns':
      return snsSender(config);
    case 'eventbridge':
      return eventBridgeSender(config);
    case 'securityhub':
      return securityHubSender(config);
    case 's3':
      return s3Sender(config);
    case 'ocsf':
      return ocsfSender(config, ports);
    case 'smtp':
      return smtpSender(config, ports);
    case 'file':
      return fileSender(config.path);
  }
}

/** Takes secrets out of everything a sender says. A secret that cannot be read any more may be back later. */
function discreet(sender: Sender, secrets: ReadonlySet<string>): Sender {
  return {
    ...sender,
    async send(messages) {
      try {
        return (await sender.send(messages)).map((result) => clean(result, secrets));
      } catch (error) {
        if (!(error instanceof UnusableSecret || error instanceof UnusableOutlet)) throw error;
        return messages.map((): Result => ({ kind: 'retry', reason: redacted(error.message, secrets) }));
      }
    },
  };
}

function clean(result: Result, secrets: ReadonlySet<string>): Result {
  return result.kind === 'delivered'
    ? { ...result, answer: redacted(result.answer, secrets) }
    : { ...result, reason: redacted(result.reason, secrets) };
}
