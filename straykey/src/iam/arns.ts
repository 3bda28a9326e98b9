/** What ARNs of a region begin with. Source: AWS General Reference, "Amazon Resource Names": each partition has its own prefix of regions. */
export function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['us-iso-', 'aws-iso'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
];

export interface QueueName {
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

/**
 * The queue a URL means: `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`, the older `REGION.queue.amazonaws.com`, a VPC endpoint or any other
 * host with that path. The region is the configured one, else the host's, else `*`. `undefined`: not the URL of a queue.
 */
export function arnOfQueue(url: string, configuredRegion?: string): QueueName | undefined {
  const found = /^https?:\/\/([^/]+)\/(?:.*\/)?(\d{12})\/([A-Za-z0-9_-]{1,80}(?:\.fifo)?)\/?$/.exec(url);
  if (found === null) return undefined;
  const [, host, account, name] = found as unknown as [string, string, string, string];
  const region = configuredRegion ?? regionOfHost(host) ?? '*';
  return { arn: `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`, region, account, name };
}

/** `sqs.eu-west-1.amazonaws.com`, `eu-west-1.queue.amazonaws.com.cn`, `vpce-….sqs.eu-west-1.vpce.amazonaws.com`. */
function regionOfHost(host: string): string | undefined {
  const names = /(?:^|\.)sqs(?:-fips)?\.([a-z0-9-]+)\.|^([a-z0-9-]+)\.queue\.amazonaws\./.exec(host);
  const region = names?.[1] ?? names?.[2];
  return region !== undefined && /^[a-z]+(?:-[a-z]+)+-\d+$/.test(region) ? region : undefined;
}

/** `s3://bucket/prefix`, `bucket/prefix`, a bucket's or an access point's ARN: ARN of the bucket and the prefix within. */
export function bucketOf(address: string, partition: string): { readonly arn: string; readonly prefix: string } {
  const text = address.replace(/^s3:\/\//, '');
  const point = /^(arn:[^:/]+:s3:[^:/]*:\d{12}:accesspoint\/[^/]+)(?:\/(.*))?$/s.exec(text);
  if (point !== null) return { arn: point[1]!, prefix: point[2] ?? '' };
  const [, arn, bucket, prefix] = /^(arn:[^:]+:s3:::)?([^/]*)(?:\/(.*))?$/s.exec(text)!;
  return { arn: `${arn ?? `arn:${partition}:s3:::`}${bucket}`, prefix: prefix ?? '' };
}

/** Objects below a prefix. Those of an access point stand below `/object/`. */
export function objectsIn({ arn, prefix }: { readonly arn: string; readonly prefix: string }): string {
  return `${arn}/${arn.includes(':accesspoint/') ? 'object/' : ''}${prefix}*`;
}
