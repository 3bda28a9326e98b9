import { type Headline, headline } from '../headline.ts';
import { deliveryKey, type Message } from '../told.ts';
import { post, receiverUrl, resultOf, sentence } from './http-post.ts';
import { type OutletConfig, oneByOne, type Result, type Sender, type SenderPorts } from './sender.ts';

type SlackConfig = Extract<OutletConfig, { type: 'slack' }>;

/**
 * An incoming webhook of Slack. Slack knows no idempotency keys: after a broken answer a message may stand in the channel twice. It takes one message
 * a second, so one is sent at a time.
 */
export function slackSender(config: SlackConfig, ports: SenderPorts): Sender {
  const address = () => receiverUrl(ports.secret(config.url), config.name);
  address();
  const send = async (message: Message): Promise<Result> => {
    const headers = { 'content-type': 'application/json', 'x-straykey-delivery': deliveryKey(message) };
    try {
      const answer = await post(address(), headers, JSON.stringify(slackMessage(message)));
      // An address that was taken back, or a channel that is gone: to be mended in Slack, and no fault of the document.
      const mendable = [400, 410].includes(answer.status) && /channel|team|token|action/.test(answer.body);
      return resultOf(mendable ? { ...answer, status: 404 } : answer, ports.now());
    } catch (error) {
      return { kind: 'retry', reason: `Slack: ${sentence(error)}` };
    }
  };
  return { ...oneByOne(send), width: 1 };
}

/** Slack's limits in characters. */
const HEADER = 150;
const TEXT = 3000;
const FIELD = 2000;
const FIELDS = 10;

/**
 * A message of blocks. Everything is `plain_text` without emoji, which Slack neither formats nor searches for mentions or links, because names,
 * agents and addresses are an attacker's to choose. The fallback text, for notifications, has Slack's three characters escaped and
 * formatting switched off.
 */
export function slackMessage(message: Message) {
  const { facts, next, says, subject }: Headline = headline(message);
  return {
    text: escaped(subject),
    mrkdwn: false,
    link_names: false,
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(subject, HEADER) },
      { type: 'section', text: plain(says, TEXT) },
      { type: 'section', fields: facts.slice(0, FIELDS).map(([label, value]) => plain(`${label}\n${value}`, FIELD)) },
      { type: 'section', text: plain(next.join('\n'), TEXT) },
      { type: 'context', elements: [plain(`Finding ${message.findingId}, revision ${message.revision}`, TEXT)] },
    ],
  };
}

function plain(text: string, most: number) {
  return { type: 'plain_text', emoji: false, text: unlinked(text).slice(0, most).toWellFormed() } as const;
}

/** Clients turn what looks like an address into a link wherever it stands; a known way of writing it keeps it readable and dead. */
function unlinked(text: string): string {
  return text.replace(/\b(h)tt(ps?):\/\//gi, '$1xx$2://').replace(/<(?=[!@#])/g, '< ');
}

/** Slack's own three; also everything it would read as formatting, should a client do so all the same. */
function escaped(text: string): string {
  return unlinked(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, ' ');
}
