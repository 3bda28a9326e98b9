import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf } from './client.ts';

test('a Lambda runtime shows its marker and nothing that accuses', () => {
  for (const userAgent of [
    'Boto3/1.42.97 md/Botocore#1.42.97 ua/2.1 os/linux#5.10.247-269.975.amzn2.x86_64 md/arch#x86_64 lang/python#3.12.12 exec-env/AWS_Lambda_python3.12 cfg/retry-mode#legacy',
    'aws-sdk-nodejs/2.1083.0 linux/v14.18.1 exec-env/AWS_Lambda_nodejs14.x promise',
    '[aws-sdk-js/3.525.0 ua/2.0 os/linux#5.10.209 lang/js md/nodejs#18.18.2 api/s3#3.525.0 exec-env/AWS_Lambda_nodejs18.x]',
  ]) {
    assert.deepEqual(clientOf(userAgent, 'lambda'), { marker: true }, userAgent);
  }
});

test('clients without a marker are not accused for that alone', () => {
  for (const userAgent of [
    '',
    '-',
    '[]',
    'aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.26.4 md/GOOS#linux md/GOARCH#arm64',
    'Boto3/1.26.0 Python/3.9.16 Linux/5.10.157-139.675.amzn2.x86_64',
    // Words that only contain the names looked for.
    'alkaline/1.0 sparrow-parrots-free mywindow wslib pacific',
  ]) {
    assert.deepEqual(clientOf(userAgent, 'lambda'), { marker: false }, userAgent);
  }
});

test('systems that Lambda never runs on are named', () => {
  const cases: [string, string][] = [
    ['aws-sdk-go-v2/1.36.3 os/windows lang/go#1.22', 'Windows'],
    ['Boto3/1.34.0 Python/3.11.4 Windows/10 Botocore/1.34.0', 'Windows'],
    ['Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/macos#23.1.0 md/arch#arm64', 'macOS'],
    ['Boto3/1.28.0 Python/3.11.4 Darwin/22.5.0', 'macOS'],
    ['Boto3/1.34.0 Python/3.11.8 Linux/6.6.9-kali1-amd64', 'Kali Linux'],
    ['Boto3/1.34.0 Python/3.11.2 Linux/6.5.0-13parrot1-amd64', 'Parrot OS'],
    ['Boto3/1.34.0 Python/3.11.2 Linux/6.1.0-pentoo', 'Pentoo'],
    ['Boto3/1.34.0 Python/3.10 Linux/5.15.133.1-microsoft-standard-WSL2', 'Windows Subsystem for Linux'],
  ];
  for (const [userAgent, system] of cases) assert.equal(clientOf(userAgent, 'lambda').system, system, userAgent);
});

test('programs people run by hand are named', () => {
  const cases: [string, string][] = [
    ['[aws-cli/2.15.0 Python/3.11.6 Linux/6.1 exe/x86_64 prompt/off command/s3.ls]', 'aws-cli'],
    ['curl/8.5.0', 'curl'],
    ['python-requests/2.31.0', 'python-requests'],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', 'a web browser'],
    ['TruffleHog', 'TruffleHog'],
    ['S3 Browser/11.6.7 (https://s3browser.com)', 'S3 Browser'],
  ];
  for (const [userAgent, tool] of cases) assert.equal(clientOf(userAgent, 'lambda').tool, tool, userAgent);
});

test("another execution environment is no marker: CloudShell on a function's key", () => {
  const client = clientOf('aws-cli/2.15.0 exec-env/CloudShell', 'lambda');
  assert.equal(client.marker, false);
  assert.equal(client.otherEnvironment, 'CloudShell');
});

test('the marker is the one of what the credential was issued to', () => {
  const fargate = 'Boto3/1.34.0 exec-env/AWS_ECS_FARGATE';
  assert.equal(clientOf(fargate, 'ecs').marker, true);
  assert.equal(clientOf(fargate, 'lambda').otherEnvironment, 'AWS_ECS_FARGATE');
});

test('on an EC2 instance Windows, macOS and the aws-cli are ordinary, an attack distribution is not', () => {
  assert.deepEqual(clientOf('aws-cli/2.15.0 os/windows#10', 'ec2'), { marker: false });
  assert.deepEqual(clientOf('Boto3/1.34.0 os/macos#23.1.0', 'ec2'), { marker: false });
  assert.equal(clientOf('Boto3/1.34.0 Linux/6.6.9-kali1-amd64', 'ec2').system, 'Kali Linux');
});
