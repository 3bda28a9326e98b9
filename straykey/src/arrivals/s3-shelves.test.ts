import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findShelves, type Level } from './s3-shelves.ts';

/** A bucket by its keys. */
function bucketOf(keys: readonly string[]) {
  const listed: string[] = [];
  const list = async (prefix: string): Promise<Level> => {
    listed.push(prefix);
    const below = keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    const folders = new Set(
      below.filter((rest) => rest.includes('/')).map((rest) => `${prefix}${rest.slice(0, rest.indexOf('/') + 1)}`),
    );
    return { folders: [...folders].sort(), hasObjects: below.some((rest) => rest !== '' && !rest.includes('/')) };
  };
  return { list, listed };
}

const told: string[] = [];
const shelvesOf = async (prefix: string, keys: readonly string[]) =>
  (await findShelves(prefix, bucketOf(keys).list, ({ what }) => told.push(what))).map(
    ({ prefix: at, dated, shallow }) =>
      dated !== undefined ? `dated ${at}` : shallow ? `directly ${at}` : `whole ${at}`,
  );

const account = 'AWSLogs/111122223333/';
const trail = [`${account}CloudTrail/us-east-1/2027/01/31/a`, `${account}CloudTrail/eu-west-1/2027/01/31/b`];
const regions = [`dated ${account}CloudTrail/eu-west-1/`, `dated ${account}CloudTrail/us-east-1/`];

const cases: readonly (readonly [name: string, prefix: string, keys: readonly string[], shelves: readonly string[]])[] =
  [
    ['a bucket with a trail', '', trail, regions],
    ['from AWSLogs on', 'AWSLogs/', trail, regions],
    ['from an account on', account, trail, regions],
    ['one region', `${account}CloudTrail/us-east-1/`, trail, [`dated ${account}CloudTrail/us-east-1/`]],
    [
      'one year of a region',
      `${account}CloudTrail/us-east-1/2027/`,
      trail,
      [`dated ${account}CloudTrail/us-east-1/2027/`],
    ],
    [
      'a prefix without its slash',
      'log',
      trail.map((key) => `logs/${key}`),
      regions.map((each) => each.replace('AWSLogs', 'logs/AWSLogs')),
    ],
    [
      'two trails',
      '',
      [`a/${trail[0]}`, `b/${trail[1]}`],
      [`dated a/${account}CloudTrail/us-east-1/`, `dated b/${account}CloudTrail/eu-west-1/`],
    ],
    ['what lies beside a trail is listed too', '', [...trail, 'x/y/z', 'loose'], ['directly ', ...regions, 'whole x/']],
    [
      'folders that nobody knows inside AWSLogs',
      '',
      [...trail, `${account}Unheard/of`],
      [...regions, `whole ${account}Unheard/`],
    ],
    ['no trail at all', 'exports/', ['exports/2027/a', 'exports/2027/b'], ['whole exports/']],
    ['nothing at all', '', [], ['whole ']],
  ];
for (const [name, prefix, keys, shelves] of cases) {
  test(name, async () => assert.deepEqual((await shelvesOf(prefix, keys)).sort(), shelves.toSorted()));
}

test('folders of digests and of other services are told and left out', async () => {
  told.length = 0;
  const keys = [...trail, `${account}CloudTrail-Digest/us-east-1/2027/01/31/d`, `${account}vpcflowlogs/us-east-1/f`];
  assert.deepEqual((await shelvesOf('', keys)).sort(), regions);
  assert.deepEqual(told.toSorted(), [`${account}CloudTrail-Digest/`, `${account}vpcflowlogs/`]);
});

test('many folders without a trail are not searched one by one', async () => {
  const { list, listed } = bucketOf(Array.from({ length: 60 }, (_, index) => `day-${index}/x`));
  assert.deepEqual(await findShelves('', list, () => {}), [{ prefix: '' }]);
  assert.equal(listed.length, 1);
});
