import { type Finding, jsonText } from '../../findings/index.ts';

/** One GuardDuty finding a line, in the order given. Valid UTF-8 and safe to print whatever the trail holds. */
export function ndjson(findings: readonly Finding[]): string {
  return findings.map((finding) => `${jsonText(finding)}\n`).join('');
}
