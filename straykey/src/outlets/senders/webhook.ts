import { isReference } from '../../config/index.ts';
import { type Finding, jsonText } from '../../findings/index.ts';
import { asff, ocsf } from '../formats/index.ts';
import { deliveryKey, type Message, toldFinding } from '../told.ts';
import { postForResult, receiverUrl } from './http-post.ts';
import { type OutletConfig, oneByOne, type Sender, type SenderPorts } from './sender.ts';
import { signature } from './signature.ts';

type WebhookConfig = Extract<OutletConfig, { type: 'webhook' }>;

const BODIES: Readonly<Record<WebhookConfig['format'], (finding: Finding) => string>> = {
  guardduty: (finding) => jsonText(finding),
  asff: (finding) => asff([finding]).trim(),
  ocsf: (finding) => ocsf([finding]).trim(),
};

/** One finding a request, as JSON. */
export function webhookSender(config: WebhookConfig, ports: SenderPorts): Sender {
  return httpSender(config, (message) => BODIES[config.format](toldFinding(message)), ports);
}

/** Posts documents to an address, signed when there is a secret. Both are looked up at every use. */
export function httpSender(
  config: { readonly name: string; readonly url: string; readonly secret?: string | undefined },
  bodyOf: (message: Message) => string,
  ports: SenderPorts,
): Sender {
  const address = () => receiverUrl(isReference(config.url) ? ports.secret(config.url) : config.url, config.name);
  // A start with settings that cannot work should fail.
  address();
  if (config.secret !== undefined) ports.secret(config.secret);
  return oneByOne(async (message) => {
    const body = bodyOf(message);
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': deliveryKey(message),
      'x-straykey-delivery': deliveryKey(message),
      'x-straykey-event': message.kind,
      ...(config.secret === undefined
        ? {}
        : { 'x-straykey-signature': signature(ports.secret(config.secret), body, ports.now()) }),
    };
    return await postForResult(address(), headers, body, ports.now);
  });
}
