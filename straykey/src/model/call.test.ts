import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CallReader, clientOf, outcomeOf } from './call.ts';
import { defaultSettings } from './settings.ts';

describe('the client of a user agent', () => {
  const agents: readonly (readonly [string, string])[] = [
    ['Boto3/1.39.7 md/Botocore#1.39.17 exec-env/AWS_Lambda_python3.12 Botocore/1.39.17', 'boto3+lambda'],
    ['aws-cli/2.15.0 Python/3.11.6 botocore/2', 'aws-cli'],
    ['aws-sdk-go-v2/1.30', 'aws-sdk-go'],
    ['', 'other'],
    ['Botocore/1.29', 'boto3'],
    ['APN/1.0 HashiCorp/1.0 Terraform/1.5 aws-sdk-go/1.44', 'terraform'],
    ['Mozilla/5.0 (X11)', 'mozilla'],
    ['aws-sdk-js/3.400 exec-env/AWS_Lambda_nodejs20.x', 'aws-sdk-js+lambda'],
    ['[aws-sdk-java/2.20 exec-env/AWS_ECS_FARGATE]', 'aws-sdk-java'],
    ['curl/8.0 EXEC-ENV/aws_lambda_x', 'other+lambda'],
  ];
  for (const [agent, name] of agents) it(`"${agent}" is ${name}`, () => assert.equal(clientOf(agent).name, name));

  it('is the same before and after an upgrade', () => {
    assert.equal(
      clientOf('Boto3/1.39.7 exec-env/AWS_Lambda_python3.12').hash,
      clientOf('Boto3/1.40 exec-env/AWS_Lambda_python3.13').hash,
    );
  });
});

describe('the outcome of a call', () => {
  const codes: readonly (readonly [string | undefined, string])[] = [
    [undefined, 'success'],
    ['', 'success'],
    ['AccessDenied', 'denied'],
    ['AccessDeniedException', 'denied'],
    ['Client.UnauthorizedOperation', 'denied'],
    ['ForbiddenException', 'denied'],
    ['ThrottlingException', 'failed'],
    ['NoSuchBucket', 'failed'],
  ];
  for (const [code, outcome] of codes)
    it(`${code ?? 'no error'} is ${outcome}`, () => assert.equal(outcomeOf(code), outcome));
});

describe('reading calls', () => {
  const event = {
    id: 'e',
    t: 86_400,
    principal: 'a/r/f',
    role: 'a/r',
    key: 'K',
    ip: '192.0.2.1',
    source: 's3.amazonaws.com',
    name: 'GetObject',
    region: 'eu-west-1',
  };
  const reader = new CallReader(defaultSettings);

  it('gives nothing for an address or a time that cannot be read', () => {
    for (const bad of [{ ip: 'AWS Internal' }, { ip: '' }, { ip: '::1::' }, { t: Number.NaN }]) {
      assert.equal(reader.read({ ...event, ...bad }), undefined);
    }
  });

  it('does not mix up texts that share a boundary', () => {
    const one = reader.read({ ...event, source: 'a', name: 'b' });
    const other = reader.read({ ...event, source: 'a\nb', name: '' });
    assert.notEqual(one?.api, other?.api);
  });

  it('keeps answering rightly past the number of things it remembers', () => {
    const first = reader.read(event)?.host.unit;
    for (let i = 0; i < 20_000; i++)
      reader.read({ ...event, ip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, ua: `agent ${i}` });
    assert.equal(reader.read(event)?.host.unit, first);
  });
});
