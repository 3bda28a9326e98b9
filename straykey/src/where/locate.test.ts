import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { buildAwsRanges } from './aws-ranges.ts';
import { parseIp } from './ip.ts';
import { locate, placeMayVary } from './locate.ts';
import { buildOwnNetworks, type OwnNetwork } from './own-networks.ts';
import type { Located, Place } from './place.ts';
import type { PlaceTables } from './tables.ts';

const NOW = Date.parse('2026-08-01T12:00:00Z') / 1000;
const DAY = 86_400;
const OPEN = Number.POSITIVE_INFINITY;

const ACCOUNT = '111122223333';
const STRANGER = '999988887777';
const ENDPOINT = 'vpce-0123456789abcdef0';

const usEast = { region: 'us-east-1', service: 'EC2', networkBorderGroup: 'us-east-1' };
const value4 = (text: string) => parseIp(text)!.words[0]!;

const tables: PlaceTables = {
  awsRanges: buildAwsRanges({
    versions: [NOW - 400 * DAY, NOW - DAY],
    rows: [
      { prefix: '3.80.0.0/12', ...usEast, intervals: [NOW - 400 * DAY, OPEN] },
      { prefix: '2600:1f18::/33', ...usEast, intervals: [NOW - 400 * DAY, OPEN] },
      { prefix: '252.0.0.0/10', ...usEast, intervals: [NOW - 400 * DAY, OPEN] },
      { prefix: 'fc01:1::/32', ...usEast, intervals: [NOW - 400 * DAY, OPEN] },
    ],
  }),
  announced: {
    time: NOW - 40 * DAY,
    ranges: {
      // 147.189.0.0/16: a customer's own block, brought to AWS and announced by Amazon.
      v4: {
        words: 1,
        starts: Uint32Array.of(value4('3.80.0.0'), value4('147.189.0.0')),
        ends: Uint32Array.of(value4('3.95.255.255'), value4('147.189.255.255')),
        values: Uint32Array.of(14618, 16509),
      },
      v6: { words: 2, starts: new Uint32Array(), ends: new Uint32Array(), values: new Uint32Array() },
    },
  },
  ownNetworks: own([
    { cidr: '131.1.0.0/16', label: 'VPC main', kind: 'vpc' },
    { cidr: '193.0.6.0/24', label: 'Old office', kind: 'office', until: NOW },
    { cidr: '10.20.0.0/16', label: 'Outposts rack', kind: 'outposts' },
    { cidr: '203.0.113.0/24', label: 'Lab', kind: 'other' },
    { cidr: '2001:67c:2e8::/48', label: 'Branch', kind: 'office' },
  ]),
  ownAccounts: new Set(['444455556666']),
};

function own(networks: readonly OwnNetwork[]) {
  return buildOwnNetworks(networks).out;
}

const call: Located = { sourceIPAddress: '9.9.9.9', time: NOW, accounts: [ACCOUNT] };
const from = (sourceIPAddress: string, more: Partial<Located> = {}) =>
  locate({ ...call, sourceIPAddress, ...more }, tables);

describe('service: AWS itself spoke', () => {
  const names = [
    'AWS Internal',
    'AWS Internal/7',
    'AWS Internal/123',
    'lambda.amazonaws.com',
    'guardduty.us-east-1.amazonaws.com',
    'LAMBDA.AMAZONAWS.COM',
    'ec2.cn-north-1.amazonaws.com.cn',
    'support.amazonaws.eu',
    'config-multiaccountsetup.amazonaws.com',
    'cell-1.aws.internal',
    's3.us-east-1.api.aws',
  ];
  for (const name of names) test(name, () => assert.deepEqual(from(name), { kind: 'service', name }));

  test('whatever endpoint id stands beside it', () => {
    const beside = { vpcEndpointId: 'vpce-61638908', vpcEndpointAccountId: STRANGER };
    assert.deepEqual(from('AWS Internal', beside), { kind: 'service', name: 'AWS Internal' });
  });
});

describe('names that only resemble a service are unknown, never inside and never outside', () => {
  const names = [
    'evil-amazonaws.com',
    'amazonaws.com.evil.example',
    'amazonaws.com',
    '.amazonaws.com',
    'lambda..amazonaws.com',
    'lambda.amazonaws.com.',
    'lambda.amazonaws.com\n',
    'x y.amazonaws.com',
    'lambda.amazonaws.community',
    'lambda.amazonaws.co',
    'lambda.evilamazonaws.com',
    'AWS Internal/',
    'AWS Internal/x',
    'AWS Internal ',
    'xAWS Internal',
    'aws internal',
    'api.aws',
    '__proto__',
    '\u{1b}[31m.amazonaws.com',
    `${'a'.repeat(300)}.amazonaws.com`,
  ];
  for (const text of names) {
    test(JSON.stringify(text.slice(0, 60)), () =>
      assert.deepEqual(from(text), { kind: 'unknown', text, reason: 'malformed' }),
    );
  }
});

describe('endpoint: through a VPC endpoint', () => {
  const shown = { vpcEndpointId: ENDPOINT };
  const rows: readonly (readonly [string, string, Partial<Located>, Place])[] = [
    [
      'the account of the credential owns it',
      '10.0.0.5',
      { ...shown, vpcEndpointAccountId: ACCOUNT },
      endpoint('own', '10.0.0.5', ACCOUNT),
    ],
    [
      'an account the operator named owns it',
      '10.0.0.5',
      { ...shown, vpcEndpointAccountId: '444455556666' },
      endpoint('own', '10.0.0.5', '444455556666'),
    ],
    [
      'a stranger owns it',
      '10.0.0.5',
      { ...shown, vpcEndpointAccountId: STRANGER },
      endpoint('foreign', '10.0.0.5', STRANGER),
    ],
    [
      'a stranger owns it, though the range is declared own: private ranges repeat',
      '10.20.0.5',
      { ...shown, vpcEndpointAccountId: STRANGER },
      endpoint('foreign', '10.20.0.5', STRANGER),
    ],
    [
      'the owner is named and the address is public: squatted VPC space',
      '30.1.2.3',
      { ...shown, vpcEndpointAccountId: ACCOUNT },
      endpoint('own', '30.1.2.3', ACCOUNT),
    ],
    [
      'the owner is named and the address is documentation space',
      '192.0.2.1',
      { ...shown, vpcEndpointAccountId: STRANGER },
      endpoint('foreign', '192.0.2.1', STRANGER),
    ],
    ['private address, owner not named', '172.31.5.6', shown, endpoint('unknown', '172.31.5.6')],
    ['shared address space', '100.64.1.1', shown, endpoint('unknown', '100.64.1.1')],
    ['unique local IPv6', 'FD00::1', shown, endpoint('unknown', 'fd00::1')],
    [
      'an owner without an id',
      '10.0.0.5',
      { vpcEndpointAccountId: STRANGER },
      { kind: 'endpoint', owner: 'foreign', address: '10.0.0.5', accountId: STRANGER },
    ],
  ];
  for (const [why, address, more, place] of rows) test(why, () => assert.deepEqual(from(address, more), place));

  test('text that is no address stays unknown', () => {
    assert.equal(from('30.*.0.210', { ...shown, vpcEndpointAccountId: ACCOUNT }).kind, 'unknown');
  });

  test('a public address beside an id without owner stays what it says, noted when outside', () => {
    assert.deepEqual(from('9.9.9.9', shown), { kind: 'outside', address: '9.9.9.9', vpcEndpointId: ENDPOINT });
    assert.equal(from('3.80.1.1', shown).kind, 'aws');
  });

  function endpoint(owner: 'own' | 'foreign' | 'unknown', address: string, accountId?: string): Place {
    return { kind: 'endpoint', owner, address, vpcEndpointId: ENDPOINT, ...(accountId ? { accountId } : {}) };
  }
});

describe('private: no endpoint id beside it', () => {
  for (const address of [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '100.127.255.255',
    'fd12::1',
    'fc01:1::1',
  ]) {
    test(address, () => assert.deepEqual(from(address), { kind: 'private', address }));
  }
  for (const address of ['172.32.0.1', '100.128.0.1', '11.0.0.1', '192.169.0.1']) {
    test(`${address} is not`, () => assert.equal(from(address).kind, 'outside'));
  }
});

describe('own: what the operator declared', () => {
  test('addresses that look public', () => {
    const place = { kind: 'own', address: '131.1.2.3', network: '131.1.0.0/16', label: 'VPC main' };
    assert.deepEqual(from('131.1.2.3'), place);
    assert.deepEqual(from('::ffff:131.1.2.3'), place);
  });
  test('private, documentation and IPv6 networks too', () => {
    assert.deepEqual(
      ['10.20.1.1', '203.0.113.9', '2001:67C:2E8::9'].map((address) => from(address).kind),
      ['own', 'own', 'own'],
    );
  });
  test('until its end, judged by the time of the event', () => {
    assert.equal(from('193.0.6.139', { time: NOW - 1 }).kind, 'own');
    assert.equal(from('193.0.6.139', { time: NOW }).kind, 'outside');
    assert.equal(from('193.0.6.139', { time: NOW + 400 * DAY }).kind, 'outside');
  });
  test('an expired part does not hide the wider network around it', () => {
    const nested = {
      ownNetworks: own([
        { cidr: '131.1.0.0/16', label: 'wide', kind: 'vpc' },
        { cidr: '131.1.2.0/24', label: 'narrow', kind: 'vpc', until: NOW },
      ]),
    };
    const labelAt = (time: number) => {
      const place = locate({ ...call, sourceIPAddress: '131.1.2.3', time }, nested);
      return place.kind === 'own' ? place.label : place.kind;
    };
    assert.deepEqual([labelAt(NOW - 1), labelAt(NOW)], ['narrow', 'wide']);
  });
  test('a declaration that cannot be read is handed back, not dropped', () => {
    const wrong = { cidr: '10.0.0.0/99', label: 'typo', kind: 'vpc' } as const;
    assert.deepEqual(buildOwnNetworks([wrong]).unreadable, [wrong]);
  });
});

describe('aws', () => {
  test('published, with region and service', () => {
    const place = {
      kind: 'aws',
      address: '3.80.1.1',
      basis: 'published',
      network: '3.80.0.0/12',
      region: 'us-east-1',
      service: 'EC2',
    };
    assert.deepEqual(from('3.80.1.1'), place);
    assert.deepEqual(from('::FFFF:3.80.1.1'), place);
  });
  test('IPv6 as well', () => assert.equal(from('2600:1F18::1').kind, 'aws'));
  test('announced by Amazon, published nowhere: a customer brought the block along', () => {
    assert.deepEqual(from('147.189.3.4'), {
      kind: 'aws',
      address: '147.189.3.4',
      basis: 'announced',
      network: '147.189.0.0/16',
    });
  });
  test('without the list, announcements alone decide', () => {
    const place = locate({ ...call, sourceIPAddress: '3.80.1.1' }, { announced: tables.announced! });
    assert.deepEqual(place, { kind: 'aws', address: '3.80.1.1', basis: 'announced', network: '3.80.0.0/12' });
  });
});

describe('outside: public and none of the above', () => {
  // Tor exit of Stiftung Erneuerbare Freiheit; RIPE NCC; Quad9; 6to4 and Teredo are hosts on the Internet.
  for (const address of [
    '185.220.101.1',
    '193.0.6.139',
    '9.9.9.9',
    '2001:67c:2e9::1',
    '2002:909:909::1',
    '2001:0:909::1',
  ]) {
    test(address, () => assert.equal(from(address).kind, 'outside'));
  }
  test('with no tables at all, every public address', () => {
    assert.deepEqual(locate(call, {}), { kind: 'outside', address: '9.9.9.9' });
  });
});

describe('unknown: no verdict', () => {
  const rows: readonly (readonly [string, 'empty' | 'malformed' | 'reserved' | 'documentation'])[] = [
    ['', 'empty'],
    ['-', 'malformed'],
    ['...', 'malformed'],
    ['redacted', 'malformed'],
    ['255.18.064.253', 'malformed'],
    ['9.9.9.9:443', 'malformed'],
    ['fe80::1%eth0', 'malformed'],
    ['0.0.0.0', 'reserved'],
    ['127.0.0.1', 'reserved'],
    ['169.254.169.254', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['224.0.0.1', 'reserved'],
    ['252.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['::', 'reserved'],
    ['::1', 'reserved'],
    ['fe80::1', 'reserved'],
    ['ff02::1', 'reserved'],
    ['4000::1', 'reserved'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.1', 'documentation'],
    ['2001:db8::1', 'documentation'],
    ['3fff::1', 'documentation'],
  ];
  for (const [text, reason] of rows) {
    test(`${JSON.stringify(text)}: ${reason}`, () => assert.deepEqual(from(text), { kind: 'unknown', text, reason }));
  }
  test('252.0.0.0/10 stays reserved though AWS listed it for a day in 2020', () => {
    assert.equal(from('252.1.2.3').kind, 'unknown');
  });
  test('documentation addresses are outside when a drill asks for it, and only they', () => {
    const drill: PlaceTables = { ...tables, documentationAddresses: 'outside' };
    const kindOf = (sourceIPAddress: string) => locate({ ...call, sourceIPAddress }, drill).kind;
    assert.deepEqual(['198.51.100.1', '2001:db8::1', '127.0.0.1', '10.0.0.1', ''].map(kindOf), [
      'outside',
      'outside',
      'unknown',
      'private',
      'unknown',
    ]);
  });
});

test('any text has a place, and only a public address is ever outside', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(
    fc.property(text, (sourceIPAddress) => {
      const place = from(sourceIPAddress);
      if (place.kind === 'outside' || place.kind === 'aws') assert.ok(parseIp(sourceIPAddress) !== undefined);
      if (parseIp(sourceIPAddress) === undefined) assert.ok(place.kind === 'unknown' || place.kind === 'service');
    }),
  );
});

describe('whether a place holds for a whole day', () => {
  const changing: PlaceTables = {
    awsRanges: buildAwsRanges({
      versions: [NOW - 100 * DAY, NOW - 50 * DAY, NOW],
      rows: [
        { prefix: '3.80.0.0/12', ...usEast, intervals: [NOW - 50 * DAY, NOW] },
        { prefix: '18.0.0.0/9', ...usEast, intervals: [NOW - 50 * DAY, NOW] },
        { prefix: '18.0.0.0/9', ...usEast, service: 'AMAZON', intervals: [NOW - 100 * DAY, OPEN] },
      ],
    }),
    ownNetworks: own([{ cidr: '193.0.6.0/24', label: 'office', kind: 'office', until: NOW }]),
  };
  const rows: readonly (readonly [string, number, number, boolean, string])[] = [
    ['3.80.1.1', NOW - 53 * DAY, NOW - 52 * DAY, true, 'it is listed at the end of the day, leniency counted'],
    ['3.80.1.1', NOW - 53 * DAY, NOW - 52 * DAY - 1, false, 'it is listed a second after'],
    ['3.80.1.1', NOW, NOW + DAY, false, 'it left the list, but leniency covers the day'],
    ['3.80.1.1', NOW + 1.5 * DAY, NOW + 2.5 * DAY, true, 'leniency ends within the day'],
    ['3.80.1.1', NOW + 2.5 * DAY, NOW + 1.5 * DAY, true, 'the same, times swapped'],
    ['3.80.1.1', NOW - 60 * DAY, NOW + 60 * DAY, true, 'outside at both ends, AWS in between'],
    ['18.1.1.1', NOW + 1.5 * DAY, NOW + 2.5 * DAY, true, 'it stays AWS, by another service'],
    ['193.0.6.139', NOW - 1, NOW, true, 'the declaration ends'],
    ['193.0.6.139', NOW, NOW + DAY, false, 'the declaration had ended'],
    ['9.9.9.9', NOW - 100 * DAY, NOW + 100 * DAY, false, 'nothing is known of it'],
    ['AWS Internal', NOW - 100 * DAY, NOW + 100 * DAY, false, 'no address'],
  ];
  for (const [address, start, end, varies, why] of rows) {
    test(`${address} ${varies ? 'may vary' : 'holds'}: ${why}`, () => {
      assert.equal(placeMayVary(address, start, end, changing), varies);
    });
  }

  test('when it holds, every moment of the day gives the place of its beginning', () => {
    const address = fc.constantFrom('3.80.1.1', '18.1.1.1', '193.0.6.139', '9.9.9.9');
    const hours = fc.integer({ min: -60 * 24, max: 10 * 24 });
    fc.assert(
      fc.property(address, hours, fc.nat(10 * 24), (sourceIPAddress, start, length) => {
        const at = (hour: number) => locate({ ...call, sourceIPAddress, time: NOW + hour * 3600 }, changing);
        if (placeMayVary(sourceIPAddress, NOW + start * 3600, NOW + (start + length) * 3600, changing)) return;
        for (let hour = start; hour <= start + length; hour++) assert.deepEqual(at(hour), at(start));
      }),
    );
  });
});
