import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Evidence, Finding, FindingDetail } from '../../api/types.ts';
import { callerOf } from '../../kit/evidence.ts';
import { counted } from '../../kit/numbers.ts';
import { href } from '../../kit/route.ts';
import { useServices } from '../../kit/services.ts';
import { clock } from '../../kit/time.ts';
import { Severity } from '../../parts/severity.tsx';
import { Mono, MonoWithCopy, Words } from '../../parts/words.tsx';
import { CALLER_V4, CALLER_V6, linkToFilter } from '../findings/fields.ts';
import { Actions } from './actions.tsx';

/** What happened in one sentence, how sure, the facts one copies into a ticket. */
export function Head({
  detail,
  finding,
  evidence,
}: {
  readonly detail: FindingDetail;
  readonly finding: Finding;
  readonly evidence: Evidence | undefined;
}) {
  const { mayWrite } = useServices();
  const caller = callerOf(finding);
  return (
    <SpaceBetween size="s">
      <Box fontSize="heading-m" variant="p">
        <Words>{finding.description}</Words>
      </Box>
      <div className="badges">
        <Severity value={finding.severity} />
        {evidence === undefined ? null : <Badge color="grey">{evidence.confidence.level} confidence</Badge>}
        <Status detail={detail} archived={finding.service.archived} />
        {detail.feedback === undefined ? null : (
          <Badge>{detail.feedback.verdict === 'USEFUL' ? 'said to be theft' : 'said to be expected'}</Badge>
        )}
      </div>
      {mayWrite ? <Actions finding={finding} /> : null}
      <KeyValuePairs
        columns={3}
        minColumnWidth={140}
        items={[
          {
            label: 'Used from',
            value: (
              <Link
                href={href(['findings'], linkToFilter(caller.includes(':') ? CALLER_V6 : CALLER_V4, caller))}
                variant="primary"
              >
                <Mono>{caller}</Mono>
              </Link>
            ),
          },
          { label: 'Network', value: <Words>{networkOf(finding)}</Words> },
          { label: 'Alarming calls', value: counted(finding.service.count, 'call') },
          { label: 'First call (UTC)', value: clock(finding.service.eventFirstSeen) },
          { label: 'Last call (UTC)', value: clock(finding.service.eventLastSeen) },
          { label: 'Account, region', value: <Mono>{`${finding.accountId}, ${finding.region}`}</Mono> },
          {
            label: 'Access key, newest',
            value: (
              <MonoWithCopy text={finding.resource.accessKeyDetails?.accessKeyId ?? ''} what="the access key ID" />
            ),
          },
          { label: 'Role', value: <Words>{finding.resource.accessKeyDetails?.userName}</Words> },
          { label: 'Finding ID', value: <MonoWithCopy text={finding.id} what="the finding ID" /> },
        ]}
      />
    </SpaceBetween>
  );
}

function Status({ detail, archived }: { readonly detail: FindingDetail; readonly archived: boolean }) {
  if (!archived) return <Badge color="blue">current</Badge>;
  if (detail.archivedBy?.kind !== 'filter') return <Badge>archived by a person</Badge>;
  return (
    <Badge>
      suppressed by rule <Words>{detail.archivedBy.name}</Words>
    </Badge>
  );
}

function networkOf(finding: Finding): string {
  const remote = finding.service.action.awsApiCallAction?.remoteIpDetails;
  const asn = remote?.organization?.asn === undefined ? undefined : `AS${remote.organization.asn}`;
  const known = [asn, remote?.organization?.asnOrg, remote?.country?.countryName].filter(Boolean);
  return known.length === 0 ? 'unknown' : known.join(', ');
}
