import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossAccount, everyUse, settings, theft, withCall } from '../../../test/findings/fixtures.ts';
import type { Case } from './case.ts';
import { detectorIdOf, findingId } from './identity.ts';

const id = (c: Case) => findingId(c, settings.digest);

test('an id is 32 hex digits and stays the same from release to release', () => {
  assert.equal(id(theft), 'cef12dae1aa59a84077fa21e9121e7cd');
  assert.equal(detectorIdOf('111122223333', settings.digest), '61d735c8e4d3bec5b7d9a850c0cc2093');
});

test('what single calls look like does not enter: keys rotate, thefts sweep regions', () => {
  const other = everyUse(theft, (each) =>
    withCall(each, { time: each.use.call.time + 9000, awsRegion: 'ap-south-1', eventName: 'ListUsers' }),
  );
  assert.equal(id(other), id(theft));
  assert.equal(id({ ...theft, uses: theft.uses.slice(1) }), id(theft));
  assert.equal(id({ ...theft, inside: { days: [] }, address: { basis: '', weak: true } }), id(theft));
});

test('type, account, resource and host each make another finding', () => {
  const others: Case[] = [
    { ...theft, type: 'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS' },
    { ...theft, accountId: '444455556666' },
    { ...theft, issuedTo: { ...theft.issuedTo, arn: theft.issuedTo.arn.replace('eu-west-1', 'us-east-1') } },
    { ...theft, host: '185.220.101.2' },
  ];
  const ids = new Set([theft, ...others].map(id));
  assert.equal(ids.size, 5);
});

test('without a region, account and name stand in for the ARN', () => {
  const again = {
    ...crossAccount,
    issuedTo: { ...crossAccount.issuedTo, arn: 'arn:aws-cn:lambda::111122223333:function:orders' },
  };
  assert.equal(id(again), id(crossAccount));
  assert.notEqual(id({ ...crossAccount, issuedTo: { ...crossAccount.issuedTo, name: 'bills' } }), id(crossAccount));
});

test('parts cannot be shifted into one another', () => {
  const shifted = { ...theft, accountId: '111122223333","x', host: theft.host };
  assert.notEqual(id(shifted), id({ ...theft, accountId: '111122223333', host: 'x' }));
});
