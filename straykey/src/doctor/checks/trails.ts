import { spanOf } from '../../health/index.ts';
import { fail, type Line, ok, warn } from '../line.ts';
import type { Permissions, Tried } from '../permissions.ts';
import type { Access, DoctorPorts, EventSelectors, Trail, TrailStatus } from '../ports.ts';
import { checkBucket } from './bucket.ts';

export const trailLimits = {
  /** Milliseconds since the last delivery worth a word; 1 hour. CloudTrail delivers about every 5 minutes where anything is called. */
  delivery: 3_600_000,
} as const;

/**
 * The trails that this account and region show: do they log, what do they record, can the bucket be read. Trails of another account are not seen,
 * and that is said.
 */
export async function checkTrails(ports: DoctorPorts, access: Access, permissions: Permissions): Promise<Line[]> {
  const { aws } = ports;
  const answer = await permissions.try('cloudtrail:DescribeTrails', 'CloudTrail', () => aws.describeTrails(access));
  if ('trouble' in answer) return [warn('trail', '', answer.trouble.found, answer.trouble.todo)];
  const trails = answer.value;
  if (trails.length === 0)
    return [
      warn(
        'trail',
        '',
        'this account and region show no trail',
        'Run straykey doctor with credentials of the account that owns the trail, or make one: docs/operating.md.',
      ),
    ];
  const lines: Line[] = [];
  for (const trail of trails) {
    const arn = trail.TrailARN ?? '';
    const [status, selectors] = await Promise.all([
      permissions.try('cloudtrail:GetTrailStatus', arn, () => aws.trailStatus(arn, access)),
      permissions.try('cloudtrail:GetEventSelectors', arn, () => aws.eventSelectors(arn, access)),
    ]);
    lines.push(...trailLines(trail, status, selectors, ports.now()));
    const prefix = trail.S3KeyPrefix ? `${trail.S3KeyPrefix}/` : '';
    const where = { area: 'trail' as const, subject: nameOf(trail) };
    if (trail.S3BucketName !== undefined)
      lines.push(
        ...(await checkBucket(`s3://${trail.S3BucketName}/${prefix}AWSLogs/`, where, access, ports, permissions)),
      );
  }
  return lines;
}

const nameOf = ({ Name, TrailARN }: Trail): string => Name ?? TrailARN ?? '';

/** What one trail records, judged by what Straykey needs of it. */
export function trailLines(
  trail: Trail,
  status: Tried<TrailStatus>,
  selectors: Tried<EventSelectors>,
  now: number,
): Line[] {
  const name = nameOf(trail);
  const lines =
    'trouble' in status
      ? [warn('trail', name, status.trouble.found, status.trouble.todo)]
      : statusLines(name, status.value, now);
  if (trail.IsMultiRegionTrail !== true)
    lines.push(
      warn(
        'trail',
        name,
        `records ${trail.HomeRegion ?? 'one region'} only: use of a stolen key elsewhere is not seen`,
        'Make it a trail of all regions (IsMultiRegionTrail).',
      ),
    );
  if (trail.IncludeGlobalServiceEvents === false)
    lines.push(
      warn('trail', name, 'leaves out global services (IAM, STS, CloudFront)', 'Switch IncludeGlobalServiceEvents on.'),
    );
  if (trail.LogFileValidationEnabled !== true)
    lines.push(
      warn(
        'trail',
        name,
        'has no log file validation: deleted or changed files would not be noticed',
        'Switch LogFileValidationEnabled on.',
      ),
    );
  lines.push(
    trail.IsOrganizationTrail === true
      ? ok('trail', name, 'is the trail of the whole organisation')
      : warn(
          'trail',
          name,
          'is one account’s: other accounts need trails of their own',
          'Make it an organisation trail from the management or delegated account.',
        ),
  );
  lines.push(
    ...('trouble' in selectors
      ? [warn('trail', name, selectors.trouble.found, selectors.trouble.todo)]
      : selectorLines(name, selectors.value)),
  );
  return lines;
}

function statusLines(name: string, status: TrailStatus, now: number): Line[] {
  if (status.IsLogging !== true)
    return [fail('trail', name, 'does not log', 'Start it: aws cloudtrail start-logging. Find out who stopped it.')];
  if (status.LatestDeliveryError)
    return [
      fail(
        'trail',
        name,
        `cannot deliver: ${status.LatestDeliveryError}`,
        'Mend the bucket policy or the KMS key policy.',
      ),
    ];
  const age = status.LatestDeliveryTime === undefined ? undefined : now - status.LatestDeliveryTime.getTime();
  if (age === undefined)
    return [warn('trail', name, 'logs, and has delivered nothing yet', 'Wait a quarter of an hour and look again.')];
  return age > trailLimits.delivery
    ? [warn('trail', name, `last delivered ${spanOf(age)} ago`, 'Look whether anything was called in that time.')]
    : [ok('trail', name, `logs; last delivered ${spanOf(Math.max(0, age))} ago`)];
}

/** How much of something a trail records. */
type Extent = 'all' | 'some' | 'none';

export function selectorLines(name: string, selectors: EventSelectors): Line[] {
  const { management, s3 } = extents(selectors);
  const lines: Line[] = [];
  lines.push(
    management === 'all'
      ? ok('trail', name, 'records management events')
      : fail(
          'trail',
          name,
          management === 'none'
            ? 'records no management events'
            : 'records management events in part only: the AssumeRole by which Lambda gets its keys is a read event',
          'Record all management events (ReadWriteType All, no excluded sources).',
        ),
  );
  lines.push(
    s3 === 'all'
      ? ok('trail', name, 'records S3 data events')
      : warn(
          'trail',
          name,
          s3 === 'none'
            ? 'S3 data events are off: reading and writing objects with a stolen key leaves no record'
            : 'S3 data events are on for some buckets or for one direction only',
          'Switch S3 data events on, for all buckets or at least those that functions use. They cost money: docs/operating.md.',
        ),
  );
  return lines;
}

export function extents({ EventSelectors: basic = [], AdvancedEventSelectors: advanced = [] }: EventSelectors): {
  readonly management: Extent;
  readonly s3: Extent;
} {
  const management: Extent[] = [];
  const s3: Extent[] = [];
  for (const {
    ReadWriteType,
    IncludeManagementEvents,
    ExcludeManagementEventSources = [],
    DataResources = [],
  } of basic) {
    const both = ReadWriteType === undefined || ReadWriteType === 'All';
    if (IncludeManagementEvents === true)
      management.push(both && ExcludeManagementEventSources.length === 0 ? 'all' : 'some');
    for (const { Type, Values = [] } of DataResources) {
      if (Type !== 'AWS::S3::Object') continue;
      s3.push(both && Values.some((value) => /^arn:[^:]+:s3(?:::?:?)?$/.test(value)) ? 'all' : 'some');
    }
  }
  for (const { FieldSelectors = [] } of advanced) {
    const field = (wanted: string) => FieldSelectors.find(({ Field }) => Field === wanted)?.Equals;
    if (field('eventCategory')?.includes('Management')) management.push(FieldSelectors.length === 1 ? 'all' : 'some');
    if (field('eventCategory')?.includes('Data') && field('resources.type')?.includes('AWS::S3::Object'))
      s3.push(FieldSelectors.length === 2 ? 'all' : 'some');
  }
  return { management: widest(management), s3: widest(s3) };
}

function widest(found: readonly Extent[]): Extent {
  return found.find((each) => each === 'all') ?? found[0] ?? 'none';
}
