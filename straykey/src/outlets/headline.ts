import { printable } from '../kit/index.ts';
import { count, minute, type View, viewsOf } from './formats/view.ts';
import type { Message } from './told.ts';

/** A finding in the few lines that fit a phone at night. All text is printable; escape it for the medium. */
export interface Headline {
  /** One line, without names an attacker could make long: `[High] Credential of function orders used from 185.220.101.1`. */
  readonly subject: string;
  /** What happened. */
  readonly says: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** What to do first, and the commands that go on from here. */
  readonly next: readonly string[];
}

/** Milliseconds from the first to the last call under which a finding has one time and no span. */
const SAME_MINUTE = 60_000;

export function headline({ finding, kind }: Message): Headline {
  const view = viewsOf([finding])[0]!;
  const again = { new: '', sample: 'SAMPLE: ', update: 'Goes on: ', reopened: 'Reopened: ' }[kind];
  return {
    subject: printable(
      `[${view.severity}] ${again}Credential of ${view.resource.slice(0, 64)} used from ${view.address}`,
      150,
    ),
    says: printable(finding.description, 1000),
    facts: facts(view),
    next: next(view),
  };
}

function facts(view: View): Headline['facts'] {
  const { evidence, finding } = view;
  const { service } = finding;
  const failed = evidence === undefined || evidence.calls.failed === 0 ? '' : `, ${evidence.calls.failed} failed`;
  const apis = evidence?.calls.byApi.listed.slice(0, 5).map(({ api }) => printable(api, 40)) ?? [];
  const more = (evidence?.calls.byApi.total ?? 0) - apis.length;
  const span = Date.parse(service.eventLastSeen) - Date.parse(service.eventFirstSeen);
  const rows: (readonly [string, string])[] = [
    ['Account', `${finding.accountId}, ${printable(finding.region, 40)}`],
    ['Credential of', view.resource],
    ['Role', printable(finding.resource.accessKeyDetails.userName, 80)],
    ['Key', printable(finding.resource.accessKeyDetails.accessKeyId, 40)],
    ['Used from', [view.address, view.network, view.country].filter((each) => each !== '').join(', ')],
    ['Calls', `${count(service.count, 'call')}${failed}`],
    [
      'What it did',
      apis.length === 0
        ? printable(service.action.awsApiCallAction.api, 80)
        : `${apis.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    ],
    [
      'When (UTC)',
      span < SAME_MINUTE
        ? minute(service.eventLastSeen)
        : `${minute(service.eventFirstSeen)} to ${minute(service.eventLastSeen)}`,
    ],
    ['Confidence', evidence?.confidence.level ?? ''],
    ['State', view.state],
  ];
  return rows.filter(([, value]) => value !== '');
}

/** The first step of each phase that cannot wait; the whole plan is a command away. */
function next({ evidence, finding }: View): string[] {
  const verify = evidence?.response.find(({ phase }) => phase === 'verify');
  const id = finding.id.slice(0, 12);
  return [
    ...(verify === undefined ? [] : [printable(verify.does, 300)]),
    `straykey respond ${id}: what to do, step by step, with commands`,
    `straykey expected ${id}: when it was yours after all`,
  ];
}
