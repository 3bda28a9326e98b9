import { checked, count, FORMS } from '../findings/index.ts';
import { look } from './commands.ts';
import type { Fact, Phase, Question, Step } from './plan.ts';
import { callsOfCategory, type Situation } from './situation.ts';

/** Is it expected? Questions the owner can answer, each with what the trail already says. */
export function verifyPhase(situation: Situation): Phase {
  return {
    name: 'verify',
    title: 'Is it expected?',
    steps: [askOwner(situation), lookAtResource(situation)],
  };
}

/** Long enough to reach an owner by phone; a thief with a key needs minutes too. */
const MINUTES_TO_ANSWER = 15;

function askOwner(situation: Situation): Step {
  return {
    id: 'verify.ask-owner',
    does: `Ask the owner of ${situation.resource}. If every answer is yes, go to "When it was expected" and stop here.`,
    why: `If nobody can say yes within ${MINUTES_TO_ANSWER} minutes, contain: that costs an outage of one resource, and it can be undone. Waiting costs whatever role ${situation.names.role} can reach.`,
    questions: [
      ownAddress(situation),
      route(situation),
      byHand(situation),
      ...identityProof(situation),
      usualCalls(situation),
      ...presigned(situation),
    ],
    commands: [],
  };
}

function ownAddress({ evidence, addresses }: Situation): Question {
  const { place, learning } = evidence;
  const owner = [
    ...(place.asn === undefined ? [] : [`AS${place.asn}`]),
    ...(place.organisation === undefined ? [] : [place.organisation]),
    ...(place.registeredCountry === undefined ? [] : [`registered in ${place.registeredCountry}`]),
  ].join(', ');
  const vouching = learning.vouchingRoles;
  return {
    asks: 'Is the address yours: an office, a VPN or Direct Connect exit, an Outposts rack, a proxy, a partner you pay?',
    data: [
      { says: `Called from ${count(place.addresses.total, 'address', 'addresses')}:`, values: addresses.slice(0, 10) },
      { says: 'Its network:', values: [owner === '' ? 'not known' : owner] },
      { says: place.basis },
      vouching.length === 0
        ? { says: 'No other role of yours uses it as its way out.' }
        : { says: `${count(vouching.length, 'other role')} of yours leave AWS by it:`, values: vouching.slice(0, 5) },
    ],
  };
}

function route({ evidence, family, vpc }: Situation): Question {
  const days = evidence.inside.days;
  const inside: Fact =
    days.total === 0
      ? { says: 'No use of this credential inside AWS is in the input: all its traffic may leave by this host.' }
      : {
          says: `Used inside AWS on ${count(days.total, 'day')}, last on ${days.listed.at(-1)}: traffic did not simply move.`,
        };
  const network: Record<Situation['vpc'], Fact> = {
    in: { says: 'It runs in a VPC: a default route to a VPN, Direct Connect or Outposts gateway would explain it.' },
    out: {
      says: 'It has no VPC, so it cannot leave by a gateway of yours; a proxy set in its environment could explain it.',
    },
    unknown: { says: 'The trail does not say whether it runs in a VPC; the command below does.' },
  };
  return {
    asks: 'Does its traffic to AWS leave by that address on purpose?',
    data: [...(family === 'lambda' ? [network[vpc]] : []), inside],
  };
}

function byHand({ evidence }: Situation): Question {
  const agents = evidence.userAgents;
  return {
    asks: 'Did somebody use the credential by hand: debugging, a local run, a notebook, a test pipeline?',
    data: [
      {
        says: 'Software that called, in its own words:',
        values: agents.listed.slice(0, 3).map((each) => each.userAgent),
      },
      {
        says: 'A yes explains the finding, but the key has left its place all the same: treat it as leaked and revoke it.',
      },
    ],
  };
}

function identityProof({ evidence }: Situation): readonly Question[] {
  const { direct, identityProof, other } = evidence.delegation;
  if (direct + other > 0 || identityProof === 0) return [];
  return [
    {
      asks: 'Does a Vault, EKS or similar service of yours at this address verify who the caller is?',
      data: [
        {
          says: `Every call was sts:GetCallerIdentity (${count(identityProof, 'time')}): a login by signed identity looks like this.`,
        },
      ],
    },
  ];
}

function usualCalls(situation: Situation): Question {
  const { calls } = situation.evidence;
  const data: Fact[] = [
    {
      says: `${count(calls.alarming, 'call')}, ${calls.failed} failed:`,
      values: calls.byApi.listed
        .slice(0, 8)
        .map(
          ({ service, api, calls: n }) =>
            `${service.replace(/\.amazonaws\.com(?:\.cn)?$/, '')}:${api}${n > 1 ? ` ×${n}` : ''}`,
        ),
    },
  ];
  const probing = [...callsOfCategory(situation, 'RECON'), ...callsOfCategory(situation, 'CRITICAL')];
  if (probing.length > 0)
    data.push({
      says: 'Calls that look around or change rights, which few functions make:',
      values: probing.slice(0, 8),
    });
  return {
    asks: 'Are these the calls this resource makes, in these regions?',
    data: [...data, regionsFact(situation)],
  };
}

function regionsFact({ evidence }: Situation): Fact {
  const { byRegion } = evidence.calls;
  return {
    says: `${count(byRegion.total, 'region')}:`,
    values: byRegion.listed.slice(0, 8).map(({ region, calls }) => `${region} ×${calls}`),
  };
}

function presigned({ evidence }: Situation): readonly Question[] {
  const { calls, addresses } = evidence.presigned;
  if (calls === 0) return [];
  return [
    {
      asks: 'Does the application hand out presigned S3 links?',
      data: [
        {
          says: `${count(calls, 'presigned request')} from ${count(addresses, 'address', 'addresses')} are not part of this finding; if the application hands out none, they are.`,
        },
      ],
    },
  ];
}

function lookAtResource({ context, evidence, family, names, vpc }: Situation): Step {
  const { account, region, functionName, cluster, taskId, instanceId } = names;
  const at = { account };
  const plainName = checked(
    evidence.credential.issuedTo.name,
    { lambda: FORMS.functionName, ecs: FORMS.taskId, ec2: FORMS.instanceId }[family],
  );
  const changes = `aws cloudtrail lookup-events --region=${region} --lookup-attributes=AttributeKey=EventSource,AttributeValue=${family}.amazonaws.com --query="Events[?ReadOnly=='false' && contains(CloudTrailEvent, '${plainName}')].[EventTime,EventName,Username]" --output=text`;
  const inspect = {
    lambda: `aws lambda get-function-configuration --region=${region} --function-name=${functionName} --query='{role:Role,vpc:VpcConfig,proxy:Environment.Variables.[HTTPS_PROXY,https_proxy,HTTP_PROXY],modified:LastModified,version:Version}'`,
    ecs: `aws ecs describe-tasks --region=${region} --cluster=${cluster} --tasks=${taskId}`,
    ec2: `aws ec2 describe-instances --region=${region} --instance-ids=${instanceId}`,
  }[family];
  const routes = `aws ec2 describe-route-tables --region=${region} --filters=Name=vpc-id,Values=VPC_ID --query='RouteTables[].Routes[]'`;
  return {
    id: 'verify.look',
    does: 'See for yourself: whose account this is, how the resource is connected, who changed it last.',
    commands: [
      look('aws sts get-caller-identity --query=Account --output=text', {
        ...at,
        note: `must print ${account}; every command of this plan runs there unless it says otherwise`,
      }),
      look(inspect, at),
      ...(vpc === 'in' || family !== 'lambda'
        ? [look(routes, { ...at, note: 'a default route (0.0.0.0/0) to vgw-, tgw- or lgw- leads out of AWS' })]
        : []),
      look(changes, { ...at, note: 'who changed it, in the last 90 days' }),
      look(`straykey timeline ${names.finding} ${context.sources}`, { note: 'what happened, in order' }),
    ],
  };
}
