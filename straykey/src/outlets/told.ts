import { createHash } from 'node:crypto';
import { type Evidence, evidenceOf, type Finding, jsonText } from '../findings/index.ts';
import type { OutboxLine } from '../store/index.ts';

/** What a sender needs of a line; a sample is one that never was in an outbox. */
export type Message = Pick<OutboxLine, 'findingId' | 'revision' | 'kind' | 'finding' | 'at' | 'attempts'>;

/** Says of two messages whether they are one: a repetition has the same key, every change of the finding another. ASCII, 34 characters and up. */
export function deliveryKey({ findingId, revision }: Message): string {
  return `${findingId}-${revision}`;
}

/** A UUID (version 8: our own) that follows from the delivery key alone, for receivers whose keys are UUIDs. */
export function deliveryUuid(message: Message): string {
  const hex = createHash('sha256')
    .update(`straykey/delivery ${deliveryKey(message)}`)
    .digest('hex');
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * The finding as it leaves: GuardDuty's document, with the delivery key and, on samples, GuardDuty's sample mark beside the two members that
 * `additionalInfo` always has. Readers of GuardDuty's shape pass over both.
 */
export function toldFinding(message: Message): Finding {
  const { finding, kind } = message;
  const additionalInfo = {
    ...(kind === 'sample' && { sample: true }),
    delivery: deliveryKey(message),
    ...finding.service.additionalInfo,
  };
  return { ...finding, service: { ...finding.service, additionalInfo } };
}

/** Longest lists kept, tried one after the other until the document fits. */
const LENGTHS = [50, 20, 10, 5, 2, 0];

/**
 * A finding whose JSON has at most so many bytes, for receivers with a limit; undefined when not even the shortest fits. What is left out, in this
 * order: items of the evidence's lists (their `total` still counts them), the response plan and the statements, the evidence. The finding says
 * that it was cut in `service.additionalInfo.trimmed`; nothing outside `additionalInfo` changes.
 */
export function fitting(finding: Finding, bytes: number): Finding | undefined {
  const fits = (candidate: Finding) => Buffer.byteLength(jsonText(candidate)) <= bytes;
  if (fits(finding)) return finding;
  const evidence = evidenceOf(finding);
  const shorter = evidence === undefined ? [] : LENGTHS.map((most) => shortened(evidence, most));
  const last = shorter.at(-1);
  const bare = last === undefined ? [] : [{ ...last, statements: [], response: [] }];
  const { type } = finding.service.additionalInfo;
  const candidates = [...[...shorter, ...bare].map((each) => ({ type, value: jsonText(each) })), NOTHING];
  return candidates
    .map((info): Finding => {
      const additionalInfo = { ...finding.service.additionalInfo, trimmed: true, ...info };
      return { ...finding, service: { ...finding.service, additionalInfo } };
    })
    .find(fits);
}

const NOTHING = { type: 'default', value: '{"trimmed":true}' } as const;

/** Every bounded list of the evidence cut to its first items. */
function shortened(evidence: Evidence, most: number): Evidence {
  const cut = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(cut);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        key === 'listed' && Array.isArray(each) ? each.slice(0, most).map(cut) : cut(each),
      ]),
    );
  };
  return cut(evidence) as Evidence;
}
