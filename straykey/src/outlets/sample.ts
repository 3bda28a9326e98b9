import type { Finding } from '../findings/index.ts';
import type { Message } from './told.ts';

/**
 * A message that shows what an outlet will look like, marked as a sample wherever people look: in the title, in the description, and in
 * `service.additionalInfo.sample` where programs do. Every sample has a key of its own (`at`, epoch ms, makes it), or a receiver that honours
 * keys would drop the second.
 */
export function sampleMessage(finding: Finding, at: number): Message {
  const marked: Finding = {
    ...finding,
    title: `[SAMPLE] ${finding.title}`,
    description: `This is a sample that tests the outlet; nothing happened. ${finding.description}`,
  };
  return { findingId: finding.id, revision: at, kind: 'sample', finding: marked, at, attempts: 0 };
}
