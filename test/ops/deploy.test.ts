import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type CollectionTag, isMap, isScalar, isSeq, parseDocument, type ScalarTag } from 'yaml';
import { documents } from '../../deploy/iam/generate.ts';
import type { PolicyDocument } from '../../straykey/src/iam/index.ts';

const deploy = join(import.meta.dirname, '..', '..', 'deploy');

/** CloudFormation's short forms as what they stand for: `!Ref x` is `{ Ref: x }`, `!Sub x` is `{ 'Fn::Sub': x }`. */
const FORMS = ['Ref', 'Condition', 'Sub', 'GetAtt', 'If', 'Not', 'Equals', 'And', 'Or', 'Select', 'Split', 'Join'];
const longName = (form: string): string => (form === 'Ref' || form === 'Condition' ? form : `Fn::${form}`);
const customTags = FORMS.flatMap((form): (ScalarTag | CollectionTag)[] => [
  { tag: `!${form}`, resolve: (text: string) => ({ [longName(form)]: text }) },
  {
    tag: `!${form}`,
    collection: 'seq',
    resolve: (seq) => Object.assign(seq, { form: longName(form) }),
  },
]);

type Template = {
  readonly Parameters: Record<string, unknown>;
  readonly Conditions: Record<string, unknown>;
  readonly Resources: Record<
    string,
    {
      readonly Type: string;
      readonly Condition?: string;
      readonly DependsOn?: string;
      readonly Properties: Record<string, unknown>;
    }
  >;
  readonly Outputs: Record<string, unknown>;
  readonly Metadata: { 'AWS::CloudFormation::Interface': { ParameterGroups: { Parameters: string[] }[] } };
};

/** Lists that carry a form become `{ 'Fn::If': […] }`. */
function expanded(node: unknown): unknown {
  if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [String(key), expanded(value)]));
  if (isScalar(node)) return node.value;
  if (!isSeq(node)) return node;
  const list = node.items.map(expanded);
  const { form } = node as { form?: string };
  return form === undefined ? list : { [form]: list };
}

function templateOf(file: string): Template {
  const document = parseDocument(readFileSync(file, 'utf8'), { customTags });
  assert.deepEqual(document.errors, []);
  assert.deepEqual(document.warnings, []);
  return expanded(document.contents) as Template;
}

/** Every name that some `Ref`, `GetAtt`, `Sub` or `Condition` asks for. */
function* namesIn(node: unknown): Generator<{ readonly kind: 'thing' | 'condition'; readonly name: string }> {
  if (Array.isArray(node)) for (const each of node) yield* namesIn(each);
  else if (typeof node === 'object' && node !== null) {
    for (const [key, value] of Object.entries(node)) {
      if (key === 'Ref') yield { kind: 'thing', name: String(value) };
      else if (key === 'Fn::GetAtt') yield { kind: 'thing', name: String(value).split('.')[0]! };
      else if (key === 'Fn::Sub')
        for (const [, name] of String(value).matchAll(/\$\{([\w:]+)\}/g)) yield { kind: 'thing', name: name! };
      else if (key === 'Fn::If') {
        yield { kind: 'condition', name: String((value as unknown[])[0]) };
        yield* namesIn((value as unknown[]).slice(1));
      } else yield* namesIn(value);
    }
  }
}

for (const file of globSync('cloudformation/*.yaml', { cwd: deploy })) {
  describe(file, () => {
    const template = templateOf(join(deploy, file));
    const { Conditions, Outputs, Parameters, Resources } = template;
    const used = [...namesIn({ Conditions, Outputs, Resources })];

    test('the reader sees through the short forms', () => {
      assert.ok(used.some(({ name }) => name === 'TrailPrefix'));
      assert.ok(used.some(({ kind, name }) => kind === 'condition' && name === 'HasTopic'));
      assert.ok(Object.keys(Resources).length > 15);
    });

    test('every name that is used exists', () => {
      for (const { kind, name } of used) {
        const known =
          kind === 'condition'
            ? name in Conditions
            : name.startsWith('AWS::') || name in Parameters || name in Resources;
        assert.ok(known, name);
      }
      for (const [id, { Condition, DependsOn }] of Object.entries(Resources)) {
        if (Condition !== undefined) assert.ok(Condition in Conditions, `${id}: ${Condition}`);
        if (DependsOn !== undefined) assert.ok(DependsOn in Resources, `${id}: ${DependsOn}`);
      }
    });

    test('every parameter and condition is used, and stands in a group', () => {
      const names = new Set(used.map(({ name }) => name));
      const groups = template.Metadata['AWS::CloudFormation::Interface'].ParameterGroups.flatMap(
        (group) => group.Parameters,
      );
      assert.deepEqual(groups.toSorted(), Object.keys(Parameters).sort());
      for (const name of Object.keys(Parameters)) assert.ok(names.has(name), name);
      for (const name of Object.keys(Conditions)) {
        assert.ok(names.has(name) || Object.values(Resources).some(({ Condition }) => Condition === name), name);
      }
    });

    test('a thing made under a condition is asked for only under the same one', () => {
      for (const [id, resource] of Object.entries(Resources)) {
        for (const { kind, name } of namesIn(resource.Properties)) {
          const needed = kind === 'thing' ? Resources[name]?.Condition : undefined;
          // The queue's policy names the rule inside an !If.
          if (needed === undefined || (id === 'QueuePolicy' && name === 'BucketRule')) continue;
          assert.equal(resource.Condition, needed, `${id} asks for ${name}`);
        }
      }
    });

    test('workers may do what the generated policy says, and nothing else', () => {
      const generated = JSON.parse(documents().get('worker.json')!) as PolicyDocument;
      const { Statement } = (Resources.WorkerPolicy!.Properties as { PolicyDocument: { Statement: unknown[] } })
        .PolicyDocument;
      const statements = Statement.map(
        (each) =>
          ('Fn::If' in (each as object) ? (each as { 'Fn::If': unknown[] })['Fn::If'][1] : each) as {
            Sid: string;
            Action: string[];
          },
      );
      // Its queue is encrypted by SQS's own keys.
      const expected = generated.Statement.filter(({ Sid }) => Sid !== 'KeysSqs');
      assert.deepEqual(
        statements.map(({ Sid, Action }) => [Sid, Action]),
        expected.map(({ Sid, Action }) => [Sid, Action]),
      );
    });

    test('only the worker’s policy and the store’s secret grant anything', () => {
      const granting = Object.entries(Resources).filter(
        ([, { Type, Properties }]) =>
          Type.startsWith('AWS::IAM::') && ('Policies' in Properties || 'PolicyDocument' in Properties),
      );
      assert.deepEqual(
        granting.map(([id]) => id),
        ['WorkerPolicy', 'ExecutionRole'],
      );
    });

    test('nothing the doctor would complain about: dead letters, retention, visibility', () => {
      const queue = Resources.Queue!.Properties as {
        RedrivePolicy: { maxReceiveCount: number };
        VisibilityTimeout: number;
        MessageRetentionPeriod: number;
      };
      assert.ok(
        queue.RedrivePolicy.maxReceiveCount >= 3 &&
          queue.VisibilityTimeout >= 30 &&
          queue.MessageRetentionPeriod >= 345_600,
      );
      assert.ok(queue.VisibilityTimeout >= 6 * Number((Resources.Function!.Properties as { Timeout: number }).Timeout));
    });
  });
}

describe('service files', () => {
  const text = (file: string) => readFileSync(join(deploy, file), 'utf8');

  test('the unit stops later than Straykey needs, and owns nothing but its data', () => {
    const unit = text('systemd/straykey.service');
    assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)![1]) > 25);
    for (const line of [
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'StateDirectory=straykey',
      'DynamicUser=yes',
      'Restart=on-failure',
    ]) {
      assert.ok(unit.includes(`\n${line}\n`), line);
    }
    assert.match(unit, /^ExecStart=\/\S+ serve --config \/etc\/straykey\/straykey\.yaml$/m);
  });

  test('the image runs as nobody in particular, with its data on one volume', () => {
    const file = text('container/Containerfile');
    assert.match(file, /^USER 65532:65532$/m);
    assert.match(file, /^VOLUME \["\/data"\]$/m);
    assert.match(file, /^ENTRYPOINT \[.*"bin\/straykey\.js"\]$/m);
    assert.doesNotMatch(file, /HEALTHCHECK/);
    assert.doesNotMatch(file, /:latest/);
  });

  test('every folder of deploy is explained in its README', () => {
    const readme = text('README.md');
    for (const folder of globSync('*/', { cwd: deploy }))
      assert.ok(readme.includes(`](${folder.replace(/\/$/, '')}`), folder);
  });
});
