/**
 * What OCSF 1.1.0 demands of a Detection Finding (class 2004, profiles `cloud` and `datetime`), for the objects Straykey writes. Facts taken
 * from the published schema, https://schema.ocsf.io/1.1.0/classes/detection_finding (github.com/ocsf/ocsf-schema v1.1.0, Apache License
 * 2.0): for each attribute its type, whether it is required (`!`), a list (`[]`), and the members of its enumeration.
 */
export type Attribute =
  | { readonly type: Primitive; readonly required?: true; readonly list?: true; readonly enum?: readonly number[] }
  | { readonly type: { readonly object: string }; readonly required?: true; readonly list?: true };

export type Primitive = 'string' | 'integer' | 'long' | 'timestamp' | 'datetime' | 'ip' | 'json' | 'object';

function of(type: Primitive, more: { required?: true; list?: true; enum?: readonly number[] } = {}): Attribute {
  return { type, ...more };
}

function object(name: string, more: { required?: true; list?: true } = {}): Attribute {
  return { type: { object: name }, ...more };
}

const required = true;
const list = true;

/** `finding_info` times with their `datetime` twins. */
const findingTimes = Object.fromEntries(
  ['created_time', 'first_seen_time', 'last_seen_time', 'modified_time'].flatMap((name) => [
    [name, of('timestamp')],
    [`${name}_dt`, of('datetime')],
  ]),
);

export const detectionFinding: Readonly<Record<string, Attribute>> = {
  activity_id: of('integer', { required, enum: [0, 1, 2, 3, 99] }),
  activity_name: of('string'),
  category_name: of('string'),
  category_uid: of('integer', { required, enum: [2] }),
  class_name: of('string'),
  class_uid: of('integer', { required, enum: [2004] }),
  cloud: object('cloud', { required }),
  comment: of('string'),
  confidence: of('string'),
  confidence_id: of('integer', { enum: [0, 1, 2, 3, 99] }),
  confidence_score: of('integer'),
  count: of('integer'),
  duration: of('integer'),
  end_time: of('timestamp'),
  end_time_dt: of('datetime'),
  evidences: object('evidences', { list }),
  finding_info: object('finding_info', { required }),
  message: of('string'),
  metadata: object('metadata', { required }),
  observables: object('observable', { list }),
  raw_data: of('string'),
  remediation: object('remediation'),
  resources: object('resource_details', { list }),
  severity: of('string'),
  severity_id: of('integer', { required, enum: [0, 1, 2, 3, 4, 5, 6, 99] }),
  start_time: of('timestamp'),
  start_time_dt: of('datetime'),
  status: of('string'),
  status_code: of('string'),
  status_detail: of('string'),
  status_id: of('integer', { enum: [0, 1, 2, 3, 4, 99] }),
  time: of('timestamp', { required }),
  time_dt: of('datetime'),
  timezone_offset: of('integer'),
  type_name: of('string'),
  type_uid: of('long', { required, enum: [200400, 200401, 200402, 200403, 200499] }),
  unmapped: of('object'),
};

export const objects: Readonly<Record<string, Readonly<Record<string, Attribute>>>> = {
  account: {
    name: of('string'),
    type: of('string'),
    type_id: of('integer', { enum: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99] }),
    uid: of('string'),
  },
  actor: { invoked_by: of('string'), user: object('user') },
  api: {
    operation: of('string', { required }),
    response: object('response'),
    service: object('service'),
    version: of('string'),
  },
  attack: {
    sub_technique: object('technique'),
    tactic: object('tactic'),
    tactics: object('tactic', { list }),
    technique: object('technique'),
    version: of('string'),
  },
  cloud: {
    account: object('account'),
    project_uid: of('string'),
    provider: of('string', { required }),
    region: of('string'),
    zone: of('string'),
  },
  evidences: {
    actor: object('actor'),
    api: object('api'),
    data: of('json'),
    dst_endpoint: object('network_endpoint'),
    src_endpoint: object('network_endpoint'),
  },
  feature: { name: of('string'), uid: of('string'), version: of('string') },
  finding_info: {
    ...findingTimes,
    attacks: object('attack', { list }),
    data_sources: of('string', { list }),
    desc: of('string'),
    product_uid: of('string'),
    src_url: of('string'),
    title: of('string', { required }),
    types: of('string', { list }),
    uid: of('string', { required }),
  },
  location: {
    city: of('string'),
    continent: of('string'),
    country: of('string'),
    desc: of('string'),
    isp: of('string'),
    postal_code: of('string'),
    provider: of('string'),
    region: of('string'),
  },
  metadata: {
    labels: of('string', { list }),
    log_name: of('string'),
    product: object('product', { required }),
    profiles: of('string', { list }),
    uid: of('string'),
    version: of('string', { required }),
  },
  network_endpoint: {
    domain: of('string'),
    hostname: of('string'),
    instance_uid: of('string'),
    intermediate_ips: of('ip', { list }),
    ip: of('ip'),
    location: object('location'),
    name: of('string'),
    port: of('integer'),
    svc_name: of('string'),
    uid: of('string'),
    vpc_uid: of('string'),
    zone: of('string'),
  },
  observable: {
    name: of('string', { required }),
    type: of('string'),
    type_id: of('integer', { required }),
    value: of('string'),
  },
  product: {
    feature: object('feature'),
    lang: of('string'),
    name: of('string'),
    uid: of('string'),
    vendor_name: of('string', { required }),
    version: of('string'),
  },
  remediation: {
    desc: of('string', { required }),
    kb_articles: of('string', { list }),
    references: of('string', { list }),
  },
  resource_details: {
    cloud_partition: of('string'),
    criticality: of('string'),
    data: of('json'),
    labels: of('string', { list }),
    name: of('string'),
    namespace: of('string'),
    region: of('string'),
    type: of('string'),
    uid: of('string'),
    version: of('string'),
  },
  response: {
    code: of('integer'),
    data: of('json'),
    error: of('string'),
    error_message: of('string'),
    flags: of('string', { list }),
    message: of('string'),
  },
  service: { labels: of('string', { list }), name: of('string'), uid: of('string'), version: of('string') },
  tactic: { name: of('string'), src_url: of('string'), uid: of('string') },
  technique: { name: of('string'), src_url: of('string'), uid: of('string') },
  user: {
    account: object('account'),
    credential_uid: of('string'),
    domain: of('string'),
    full_name: of('string'),
    name: of('string'),
    type: of('string'),
    type_id: of('integer', { enum: [0, 1, 2, 3, 99] }),
    uid: of('string'),
    uid_alt: of('string'),
  },
};
