import type { Inner } from './envelopes.ts';
import { asMembers, type Members, own, text } from './fields.ts';
import { at, nested, pick } from './paths.ts';
import { membersOf } from './struct-text.ts';

/**
 * CloudTrail as OCSF (Security Lake and others): API Activity, and the classes some versions use for the same records. The original
 * text in `raw_data`, where it was kept, is the record; else the record is built back from the mapped fields and from `unmapped`.
 */
export function ocsf(members: Members): readonly Inner[] | undefined {
  if (!Object.hasOwn(members, 'class_uid')) return undefined;
  const raw = own(members, 'raw_data');
  if (typeof raw === 'string' && raw !== '') return [{ text: raw }];
  const operation = text(at(members, 'api.operation'));
  const product = text(at(members, 'metadata.product.name'));
  if (operation === '' || (product !== '' && !/cloudtrail/i.test(product))) {
    const found = `an OCSF event of class ${text(own(members, 'class_uid'))}, product ${JSON.stringify(product)}`;
    return [{ unusable: 'ocsf-other', reason: `expected a CloudTrail record, found ${found}` }];
  }
  return [{ value: toRecord(members) }];
}

/** CloudTrail's member, and where the versions of the mapping put it; the first that is there counts. */
const RECORD: Readonly<Record<string, readonly string[]>> = {
  eventVersion: ['metadata.product.version'],
  eventTime: ['time_dt', 'time'],
  eventSource: ['api.service.name'],
  eventName: ['api.operation'],
  awsRegion: ['cloud.region', 'region'],
  sourceIPAddress: ['src_endpoint.ip', 'src_endpoint.domain', 'src_endpoint.svc_name', 'src_endpoint.svc'],
  userAgent: ['http_request.user_agent'],
  errorCode: ['api.response.error'],
  requestParameters: ['api.request.data', 'unmapped.requestParameters'],
  responseElements: ['api.response.data', 'unmapped.responseElements'],
  requestID: ['api.request.uid'],
  eventID: ['metadata.uid'],
  eventType: ['metadata.event_code', 'metadata.log_name', 'unmapped.eventType'],
  eventCategory: ['metadata.product.feature.name', 'unmapped.eventCategory'],
  recipientAccountId: ['unmapped.recipientAccountId', 'cloud.account.uid', 'accountid'],
  vpcEndpointId: ['src_endpoint.uid'],
};

const IDENTITY: Readonly<Record<string, readonly string[]>> = {
  type: ['actor.user.type', 'unmapped.userIdentity.type'],
  accountId: ['actor.user.account.uid', 'actor.user.account_uid'],
  accessKeyId: ['actor.user.credential_uid'],
  userName: ['actor.user.name'],
  invokedBy: ['actor.invoked_by'],
};

function toRecord(members: Members): Members {
  const document: Members = { ...members, unmapped: nested(membersOf(own(members, 'unmapped')) ?? {}) };
  const unmapped = asMembers(own(document, 'unmapped')) ?? {};
  return {
    ...unmapped,
    ...pick(document, RECORD),
    ...listed(document),
    userIdentity: toUserIdentity(document, unmapped),
  };
}

function toUserIdentity(document: Members, unmapped: Members): Members {
  const kept = asMembers(own(unmapped, 'userIdentity')) ?? {};
  const context = asMembers(own(kept, 'sessionContext')) ?? {};
  const issuer = asMembers(own(context, 'sessionIssuer')) ?? {};
  const created = at(document, 'actor.session.created_time_dt') ?? at(document, 'actor.session.created_time');
  const arn = text(at(document, 'actor.session.issuer'));
  const mapped = pick(document, IDENTITY);
  const ids = identifiers(document);
  return {
    ...kept,
    ...mapped,
    ...ids,
    type: text(own(mapped, 'type')) || (ids.arn.includes(':assumed-role/') ? 'AssumedRole' : ''),
    sessionContext: {
      ...context,
      sessionIssuer: { ...issuer, ...(arn === '' ? {} : { arn }) },
      attributes: { ...asMembers(own(context, 'attributes')), ...(created === 0 ? {} : { creationDate: created }) },
    },
  };
}

/** The first mapping had the ARN in `uuid` and the principal in `uid`; since 1.0 the ARN is `uid` and the principal `uid_alt`. */
function identifiers(document: Members): { readonly arn: string; readonly principalId: string } {
  const found = ['uid', 'uuid', 'uid_alt'].map((name) => text(at(document, `actor.user.${name}`)));
  const arn = found.find((id) => id.startsWith('arn:')) ?? '';
  return { arn, principalId: found.find((id) => id !== '' && id !== arn) ?? '' };
}

function listed(document: Members): Members {
  const resources = own(document, 'resources');
  if (!Array.isArray(resources)) return {};
  const named = resources.flatMap((element) => {
    const resource = asMembers(element);
    return resource === undefined ? [] : [{ type: own(resource, 'type'), ARN: own(resource, 'uid') }];
  });
  return { resources: named };
}
