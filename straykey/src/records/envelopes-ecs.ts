import type { Inner } from './envelopes.ts';
import { asMembers, type Members, own } from './fields.ts';
import { at, nested, pick } from './paths.ts';

/**
 * Elastic's form of a record, alone or as a search hit. The original text, where it was kept, is the record; else the record is built back
 * from the mapped fields, as far as the mapping keeps them: `inScopeOf` is lost, so only the older proofs can attribute such calls.
 */
export function ecs(members: Members): readonly Inner[] | undefined {
  const source = asMembers(own(members, '_source'));
  if (source !== undefined) return [{ value: source }];
  const hits = at(members, 'hits.hits');
  if (Array.isArray(hits)) return hits.map((value) => ({ value }));
  const document = nested(members);
  const original = at(document, 'event.original');
  if (typeof original === 'string') return [{ text: original }];
  const mapped = asMembers(at(document, 'aws.cloudtrail'));
  if (mapped === undefined) return undefined;
  return [{ value: Object.hasOwn(mapped, 'eventName') ? mapped : toRecord(document) }];
}

/** CloudTrail's member, and where Elastic's mapping puts it; the first that is there counts. */
const RECORD: Readonly<Record<string, readonly string[]>> = {
  eventVersion: ['aws.cloudtrail.event_version'],
  eventTime: ['@timestamp'],
  eventSource: ['event.provider'],
  eventName: ['event.action'],
  awsRegion: ['cloud.region'],
  sourceIPAddress: ['source.address', 'source.ip'],
  userAgent: ['user_agent.original'],
  errorCode: ['aws.cloudtrail.error_code'],
  requestParameters: ['aws.cloudtrail.flattened.request_parameters', 'aws.cloudtrail.request_parameters'],
  responseElements: ['aws.cloudtrail.flattened.response_elements', 'aws.cloudtrail.response_elements'],
  additionalEventData: ['aws.cloudtrail.flattened.additional_eventdata', 'aws.cloudtrail.additional_eventdata'],
  eventID: ['event.id'],
  sharedEventID: ['aws.cloudtrail.shared_event_id'],
  readOnly: ['aws.cloudtrail.read_only'],
  resources: ['aws.cloudtrail.resources'],
  eventType: ['aws.cloudtrail.event_type'],
  eventCategory: ['aws.cloudtrail.event_category'],
  managementEvent: ['aws.cloudtrail.management_event'],
  recipientAccountId: ['aws.cloudtrail.recipient_account_id'],
  vpcEndpointId: ['aws.cloudtrail.vpc_endpoint_id'],
  vpcEndpointAccountId: ['aws.cloudtrail.vpc_endpoint_account_id'],
  sessionCredentialFromConsole: ['aws.cloudtrail.session_credential_from_console'],
};

const IDENTITY: Readonly<Record<string, readonly string[]>> = {
  type: ['aws.cloudtrail.user_identity.type'],
  principalId: ['user.id'],
  arn: ['aws.cloudtrail.user_identity.arn'],
  accountId: ['cloud.account.id'],
  accessKeyId: ['aws.cloudtrail.user_identity.access_key_id'],
  userName: ['user.name'],
  invokedBy: ['aws.cloudtrail.user_identity.invoked_by'],
};

const ISSUER: Readonly<Record<string, readonly string[]>> = {
  type: ['aws.cloudtrail.user_identity.session_context.session_issuer.type'],
  principalId: ['aws.cloudtrail.user_identity.session_context.session_issuer.principal_id'],
  arn: ['aws.cloudtrail.user_identity.session_context.session_issuer.arn'],
  accountId: ['aws.cloudtrail.user_identity.session_context.session_issuer.account_id'],
};

function toRecord(document: Members): Members {
  const creationDate = at(document, 'aws.cloudtrail.user_identity.session_context.creation_date');
  const host = at(document, 'tls.client.server_name');
  return {
    ...pick(document, RECORD),
    ...(host === undefined ? {} : { tlsDetails: { clientProvidedHostHeader: host } }),
    userIdentity: {
      ...pick(document, IDENTITY),
      sessionContext: { sessionIssuer: pick(document, ISSUER), attributes: { creationDate } },
    },
  };
}
