import { parseS3Address } from '../../sources/index.ts';
import { fail, type Line, ok, warn } from '../line.ts';
import type { Permissions } from '../permissions.ts';
import type { Access, DoctorPorts } from '../ports.ts';

/** Lists below a prefix and reads one byte of one object, with which S3 also asks the KMS key. */
export async function checkBucket(
  url: string,
  line: { readonly area: 'source' | 'trail'; readonly subject: string },
  access: Access,
  ports: DoctorPorts,
  permissions: Permissions,
): Promise<Line[]> {
  const { area, subject } = line;
  const address = parseS3Address(url);
  if (address === undefined) return [fail(area, subject, `not an s3:// address: ${url}`, 'Write s3://bucket/prefix.')];
  const { bucket, prefix } = address;
  const listed = await permissions.try('s3:ListBucket', `arn:aws:s3:::${bucket}`, () =>
    ports.aws.listObjects(bucket, prefix, access),
  );
  if ('trouble' in listed) {
    // A worker on a queue reads objects and lists nothing: then this is no failure.
    const tell = area === 'source' ? fail : warn;
    return [tell(area, subject, `${bucket} cannot be listed: ${listed.trouble.found}`, listed.trouble.todo)];
  }
  const object = listed.value.find(({ key, size }) => size > 0 && !key.endsWith('/'));
  if (object === undefined)
    return [
      warn(
        area,
        subject,
        `${url} can be listed and is empty`,
        'Check the prefix, or wait for the trail’s first delivery (about 5 minutes).',
      ),
    ];
  const read = await permissions.try('s3:GetObject', `arn:aws:s3:::${bucket}/${object.key}`, () =>
    ports.aws.readObject(bucket, object.key, access),
  );
  if ('trouble' in read) {
    const { found, todo } = read.trouble;
    const key = /kms/i.test(found)
      ? ' The trail is encrypted with a KMS key: its key policy must allow it as well.'
      : '';
    return [fail(area, subject, `${object.key} cannot be read: ${found}`, todo + key)];
  }
  return [ok(area, subject, `${url} can be listed and read`)];
}
