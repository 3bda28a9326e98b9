import { type Finding, jsonText } from '../../findings/index.ts';
import { deliveryUuid, fitting, type Message, toldFinding } from '../told.ts';

export const DETAIL_TYPE = 'GuardDuty Finding';

/** Bytes left for the document in a message of 256 KiB, the limit of EventBridge and SNS, after names, ARNs and attributes. */
export const DOCUMENT_BYTES = 250_000;

/** The document that leaves, cut when it is too long; undefined when it cannot be cut enough. */
export function documentOf(message: Message): Finding | undefined {
  return fitting(toldFinding(message), DOCUMENT_BYTES);
}

export const TOO_LONG = `longer than ${DOCUMENT_BYTES} bytes even without its evidence`;

/** GuardDuty's event, as a rule of EventBridge hands it on. `source` differs: `aws.guardduty` is AWS's own. */
export function eventText(message: Message, detail: Finding, source: string): string {
  return jsonText({
    version: '0',
    id: deliveryUuid(message),
    'detail-type': DETAIL_TYPE,
    source,
    account: detail.accountId,
    time: `${new Date(message.at).toISOString().slice(0, 19)}Z`,
    region: detail.region,
    resources: [],
    detail,
  });
}
