import { checked, count, FORMS, several } from '../findings/index.ts';
import { look } from './commands.ts';
import type { Command, Phase, Step } from './plan.ts';
import { callsOfCategory, distinct, type Situation } from './situation.ts';

/** What did these keys, and the keys made with them, do, in every account; and what else came from that host. */
export function scopePhase(situation: Situation): Phase {
  return {
    name: 'scope',
    title: 'Scope',
    steps: [
      whatKeysDid(situation),
      whatHostDid(situation),
      ...(situation.touchedS3 || situation.buckets.length > 0 ? [whatLeft(situation)] : []),
      whatRoleReaches(situation),
    ],
  };
}

/** Keys and regions that get a look-up of their own; more are the same command with another value. */
const MOST_LOOKUPS = 3;

function whatKeysDid(situation: Situation): Step {
  const { context, evidence, finding, keys, names, regions } = situation;
  const derivedKeys = distinct(
    evidence.derived.listed.flatMap(({ accessKeyId }) =>
      accessKeyId === undefined ? [] : [checked(accessKeyId, FORMS.accessKeyId)],
    ),
  );
  const all = distinct([...keys, ...derivedKeys]);
  const lookups = all
    .slice(0, MOST_LOOKUPS)
    .flatMap((key) =>
      regions
        .slice(0, MOST_LOOKUPS)
        .map((region) =>
          look(
            `aws cloudtrail lookup-events --region=${region} --lookup-attributes=AttributeKey=AccessKeyId,AttributeValue=${key} --query='Events[].[EventTime,EventName,EventSource]' --output=text`,
            { account: names.account },
          ),
        ),
    );
  const accounts = distinct(
    evidence.derived.listed.flatMap(({ actsAs }) => /^arn:aws[a-z-]*:[a-z]+::(\d{12}):/.exec(actsAs)?.slice(1) ?? []),
  ).filter((account) => account !== finding.accountId);
  return {
    id: 'scope.keys',
    does: `List everything that ${count(evidence.keys.total, 'key')} of this finding${derivedKeys.length > 0 ? ` and ${count(derivedKeys.length, 'key')} made with ${keys.length === 1 ? 'it' : 'them'}` : ''} did, in every region.`,
    why: `${accounts.length > 0 ? `The chain leads into ${count(accounts.length, 'other account')} (${several(accounts)}): scan their trails too. ` : ''}lookup-events shows management events of 90 days, one region at a time, and no S3 objects. The trail itself shows all: scan it again with more sources.`,
    commands: [
      look(`straykey timeline ${names.finding} ${context.sources}`, { note: 'name the trails of other accounts too' }),
      ...lookups,
      query(situation, keyCondition(all)),
    ],
  };
}

/** Values that go into a query; longer lists make a query nobody reads. */
const MOST_VALUES = 20;

function keyCondition(keys: readonly string[]): string {
  return `userIdentity.accessKeyId IN (${sqlList(keys)})`;
}

function sqlList(values: readonly string[]): string {
  return values
    .slice(0, MOST_VALUES)
    .map((value) => `'${value}'`)
    .join(', ');
}

/** For CloudTrail Lake. Every value has a checked form, so none holds a quote. */
function query({ names }: Situation, condition: string): Command {
  return look(
    `aws cloudtrail start-query --region=${names.region} --query-statement="SELECT eventTime, awsRegion, recipientAccountId, eventSource, eventName, errorCode, sourceIPAddress, userIdentity.arn FROM EVENT_DATA_STORE WHERE ${condition} ORDER BY eventTime"`,
    { note: 'with CloudTrail Lake; the same WHERE serves Athena on the bucket of the trail' },
  );
}

function whatHostDid(situation: Situation): Step {
  const { addresses, evidence, finding, context } = situation;
  const same = context.others.filter(({ service }) => {
    const { ipAddressV4, ipAddressV6 } = service.action.awsApiCallAction.remoteIpDetails;
    return addresses.includes(ipAddressV4 ?? ipAddressV6 ?? '');
  });
  return {
    id: 'scope.host',
    does: `List everything that came from ${count(evidence.place.addresses.total, 'address', 'addresses')} of the caller, whoever's credential it used.`,
    why:
      same.length > 0
        ? `${count(same.length, 'other finding')} of this input ${same.length === 1 ? 'has' : 'have'} the same address: ${several(same.map(({ id }) => id.slice(0, 8)))}. One incident, more than one credential.`
        : 'A thief seldom stops at one credential: people, roles and other functions used from there belong to the same incident.',
    commands: [
      look(`straykey hosts show ${addresses[0] ?? 'ADDRESS'} ${context.sources}`, {
        note: 'functions that called from there',
      }),
      query(situation, `sourceIPAddress IN (${sqlList(addresses)})`),
    ],
    ...(finding.service.action.awsApiCallAction.remoteIpDetails.ipAddressV6 !== undefined && {
      trap: 'IPv6 callers change the second half of their address: ask for the whole /64.',
    }),
  };
}

const DATA_EVENTS = {
  recorded:
    'The trail records S3 data events for this account, so its list of objects is what was touched, as far as the trail reaches.',
  absent:
    'The trail has no S3 data events for this account: it cannot show which objects were read. Take S3 server access logs; without them, everything the role can read counts as read.',
  unclear:
    'The records do not say whether S3 data events are on; the selectors below do. Without data events, everything the role can read counts as read.',
} as const;

function whatLeft(situation: Situation): Step {
  const { buckets, context, names } = situation;
  const { account, region } = names;
  const listed = buckets.slice(0, MOST_LOOKUPS);
  const target = listed.length === 0 ? ['BUCKET'] : listed;
  const touched = [...callsOfCategory(situation, 'DATA_READ'), ...callsOfCategory(situation, 'DATA_WRITE')];
  return {
    id: 'scope.s3',
    does: `Find which objects left or were changed${buckets.length > 0 ? ` in ${count(buckets.length, 'bucket')} (${several(buckets, 5)})` : ''}.`,
    why: `${touched.length > 0 ? `Seen: ${several(touched, 6)}. ` : ''}${DATA_EVENTS[context.s3DataEvents ?? 'unclear']}`,
    trap: 'Turning data events on now shows only what comes. Presigned links that the thief signed go on working until the revoked session would have ended, unless the session is denied: denying it ends them.',
    commands: [
      look(
        `aws cloudtrail describe-trails --region=${region} --query='trailList[].[Name,HomeRegion,IsMultiRegionTrail]' --output=text`,
        {
          account,
        },
      ),
      look(`aws cloudtrail get-event-selectors --region=${region} --trail-name=TRAIL`, {
        account,
        note: 'are S3 data events on?',
      }),
      ...target.flatMap((bucket) => [
        look(`aws s3api get-bucket-logging --bucket=${bucket}`, { account }),
        look(`aws s3api get-bucket-versioning --bucket=${bucket}`, {
          account,
          note: 'can changed objects be brought back?',
        }),
        look(`aws s3api get-bucket-policy --bucket=${bucket} --query=Policy --output=text`, {
          account,
          note: 'did the thief open it to others?',
        }),
      ]),
      query(situation, `eventSource = 's3.amazonaws.com' AND ${keyCondition(situation.keys)}`),
    ],
  };
}

function whatRoleReaches(situation: Situation): Step {
  const { names } = situation;
  const { account, iamRegion, role } = names;
  const secrets = callsOfCategory(situation, 'SECRETS');
  return {
    id: 'scope.role',
    does: `Write down what role ${role} may do: that is the worst case.`,
    why:
      secrets.length > 0
        ? `Calls that read secrets are in the evidence (${several(secrets, 5)}): rotate those first.`
        : 'Secrets, tables and buckets the role may read count as read until a log says otherwise.',
    commands: [
      look(`aws iam list-attached-role-policies${iamRegion} --role-name=${role}`, { account }),
      look(`aws iam list-role-policies${iamRegion} --role-name=${role}`, { account }),
    ],
  };
}
