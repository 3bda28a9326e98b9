import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile, fieldNames, fieldOf } from '../../straykey/src/criteria/index.ts';
import { type Case, evidenceOf, type Finding, raise } from '../../straykey/src/findings/index.ts';
import {
  crossAccount,
  ec2Instance,
  ecsTask,
  onPremises,
  overIPv6,
  settings,
  theft,
  withDerived,
} from '../findings/fixtures.ts';

const cases: Readonly<Record<string, Case>> = {
  theft,
  onPremises,
  overIPv6,
  ecsTask,
  ec2Instance,
  crossAccount,
  withDerived,
};
const findings = Object.values(cases).map((each) => raise(each, settings));

/** Paths of scalars, list positions left out. */
function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => pathsOf(each, path));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, each]) => pathsOf(each, path === '' ? key : `${path}.${key}`));
}

/** What nobody filters by: GuardDuty does not document them, or they are text about the finding itself. */
const NOT_FIELDS = /^(title|description|service\.action\.awsApiCallAction\.affectedResources\..*)$/;
const NOT_EVIDENCE = /^service\.additionalInfo\.(suppression|response)\./;

test('every member of our findings can be named', () => {
  for (const path of new Set(findings.flatMap((finding) => pathsOf(finding)))) {
    if (!NOT_FIELDS.test(path)) assert.ok(fieldOf(path) !== undefined, path);
  }
});

test('every member of the evidence can be named', () => {
  const paths = new Set(findings.flatMap((finding) => pathsOf(evidenceOf(finding), 'service.additionalInfo')));
  for (const path of paths) if (!NOT_EVIDENCE.test(path)) assert.ok(fieldOf(path) !== undefined, path);
});

describe('every field that can be named is read', () => {
  /** A finding that has this one field. */
  function findingWith(field: string, value: unknown): Finding {
    const [last, ...path] = field.split('.').reverse();
    return path.reduce<object>((inner, step, i) => ({ [step]: i % 2 === 0 ? inner : [inner] }), {
      [last!]: value,
    }) as Finding;
  }

  test('by its path, through objects and lists', () => {
    const names = fieldNames();
    assert.ok(names.length > 622 + 60);
    for (const name of names) {
      const kind = fieldOf(name)!.kind;
      const value = {
        text: 'x',
        time: '2026-10-01T00:00:00Z',
        severity: 8,
        ipv4: '9.9.9.9',
        ipv6: '2001:db8::1',
        address: '9.9.9.9',
      }[kind];
      const compiled = compile({ criterion: { [name]: { equals: [String(value)] } } });
      assert.ok(compiled.kind === 'criteria', name);
      assert.ok(compiled.matches(findingWith(name, value)), name);
      assert.ok(!compiled.matches({} as Finding), name);
    }
  });
});

test('no field is listed twice, and none in two spellings', () => {
  const lower = fieldNames().map((name) => name.toLowerCase());
  assert.equal(new Set(lower).size, lower.length);
});
