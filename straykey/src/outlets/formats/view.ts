import { type Evidence, evidenceOf, type Finding } from '../../findings/index.ts';
import { printable } from '../../kit/index.ts';

/** A finding as people see it, the same in every form made for them. Every text is printable; escape it for the medium all the same. */
export interface View {
  readonly finding: Finding;
  /** Absent for findings that are not ours (samples, real GuardDuty's). */
  readonly evidence?: Evidence;
  readonly severity: Severity;
  /** Function, task or instance. */
  readonly resource: string;
  /** Newest address. */
  readonly address: string;
  /** `AS60729 Stiftung Erneuerbare Freiheit`; empty when nothing is known. */
  readonly network: string;
  /** Country of registration, `DE`; empty when not known. */
  readonly country: string;
  /** `new host`, `learning 4 of 21`. */
  readonly state: string;
  /** Rung, or `not said`. */
  readonly proof: string;
}

export type Severity = 'Critical' | 'High' | 'Medium' | 'Low';

/** GuardDuty's bands. */
export function severityOf(severity: number): Severity {
  if (severity >= 9) return 'Critical';
  if (severity >= 7) return 'High';
  return severity >= 4 ? 'Medium' : 'Low';
}

/** Worst first: severity, the model's score, then the newest. Ties by id, so that the order never depends on the input's. */
export function viewsOf(findings: readonly Finding[]): readonly View[] {
  const views = findings.map(viewOf);
  const score = (view: View) => view.evidence?.learning.score ?? 0;
  const newest = (a: string, b: string) => (a < b ? 1 : a > b ? -1 : 0);
  return views.sort(
    (a, b) =>
      b.finding.severity - a.finding.severity ||
      score(b) - score(a) ||
      newest(a.finding.updatedAt, b.finding.updatedAt) ||
      newest(b.finding.id, a.finding.id),
  );
}

function viewOf(finding: Finding): View {
  const evidence = evidenceOf(finding);
  const { resource, service } = finding;
  const remote = service.action.awsApiCallAction.remoteIpDetails;
  return {
    finding,
    ...(evidence !== undefined && { evidence }),
    severity: severityOf(finding.severity),
    resource: text(
      resource.lambdaDetails?.functionName ??
        resource.ecsClusterDetails?.taskDetails.arn.replace(/^.*\//, '') ??
        resource.instanceDetails?.instanceId ??
        evidence?.credential.issuedTo.name ??
        resource.accessKeyDetails.userName,
    ),
    address: text(remote.ipAddressV4 ?? remote.ipAddressV6 ?? ''),
    network: text(
      [remote.organization?.asn === undefined ? '' : `AS${remote.organization.asn}`, remote.organization?.asnOrg ?? '']
        .filter((each) => each !== '')
        .join(' '),
    ),
    country: text(remote.country?.countryCode ?? remote.country?.countryName ?? ''),
    state: evidence === undefined ? 'not said' : stateOf(evidence),
    proof: evidence?.credential.rung ?? 'not said',
  };
}

function stateOf({ learning }: Evidence): string {
  return {
    new: 'new host',
    learning: `learning ${learning.evidenceDays} of ${learning.required}`,
    learned: 'learned, odd call',
    reopened: 'reopened',
    dormant: 'back after silence',
    expected: 'expected, odd call',
    malicious: 'reported malicious',
  }[learning.state];
}

/** `2026-07-01 10:01` of an ISO time. */
export function minute(time: string): string {
  return text(time.slice(0, 16).replace('T', ' '));
}

/** `2026-07-01 10:01:35` of an ISO time. */
export function second(time: string): string {
  return text(time.slice(0, 19).replace('T', ' '));
}

export function text(value: string): string {
  return printable(value, 400);
}

/** `1 call`, `3 calls`. */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}
