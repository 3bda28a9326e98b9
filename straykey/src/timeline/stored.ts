import { evidenceOf } from '../findings/index.ts';
import type { ApiCall } from '../records/index.ts';
import type { Store, StoredFinding, UseRow } from '../store/index.ts';
import type { Timeline } from './entry.ts';
import { timelineOf } from './timeline.ts';

/** Most other findings from the same host whose calls are shown. */
const MOST_NEIGHBOURS = 50;

/**
 * The timeline of a stored finding. Uses that the model has taken up for good are no longer stored one by one: of expected traffic only the newest days
 * show. A finding without evidence of ours (a sample) has none.
 *
 * @throws StoreUnavailable
 */
export async function storedTimeline(
  store: Pick<Store, 'findings' | 'evidence'>,
  { finding, topics }: StoredFinding,
): Promise<Timeline> {
  const evidence = evidenceOf(finding);
  if (evidence === undefined) return { entries: [], omitted: 0 };
  const addresses = evidence.place.addresses.listed.map(({ address }) => address);
  const neighbours = await store.findings.page({
    where: [
      { column: 'callerAddress', operator: 'in', values: addresses },
      { column: 'id', operator: 'notIn', values: [finding.id] },
    ],
    orderBy: 'updatedAt',
    descending: true,
    limit: MOST_NEIGHBOURS,
  });
  const all = new Set([...topics, ...neighbours.flatMap((each) => each.topics)]);
  const [uses, insideDays] = await Promise.all([
    store.evidence.usesOf([...all]),
    store.evidence.insideDaysOf([...topics]),
  ]);
  const calls = uses.flatMap(callIn);
  const { entries, omitted } = timelineOf(finding, evidence, { calls, insideDays });
  return { entries, omitted: omitted + uses.length - calls.length };
}

/** Rows hold what we wrote; one that cannot be read all the same counts among those left out. */
function callIn({ call }: UseRow): ApiCall[] {
  try {
    return [JSON.parse(call) as ApiCall];
  } catch {
    return [];
  }
}
