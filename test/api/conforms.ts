import { membersOf, operations, type Type } from '../../straykey/src/api/guardduty/shapes.ts';

/** What is wrong with a reply's JSON, held against the service model: unknown members, wrong types, missing required ones. */
export function conforms(operation: string, reply: unknown): string[] {
  return problemsOf(reply, { kind: 'shape', name: operations.get(operation)!.output }, operation);
}

function problemsOf(value: unknown, type: Type, at: string): string[] {
  switch (type.kind) {
    case 'string':
    case 'boolean':
      return typeof value === type.kind ? [] : [`${at}: ${typeof value}, not ${type.kind}`];
    case 'number':
    case 'time':
      return typeof value === 'number' && Number.isFinite(value) ? [] : [`${at}: ${typeof value}, not ${type.kind}`];
    case 'document':
      return [];
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((each, i) => problemsOf(each, type.of, `${at}[${i}]`))
        : [`${at}: not a list`];
    case 'map':
      return isRecord(value)
        ? Object.entries(value).flatMap(([key, each]) => problemsOf(each, type.of, `${at}.${key}`))
        : [`${at}: not a map`];
    case 'shape': {
      if (!isRecord(value)) return [`${at}: not an object`];
      const members = membersOf(type.name);
      const unknown = Object.keys(value).filter((key) => !members.some(({ name }) => name === key));
      return [
        ...unknown.map((key) => `${at}.${key}: unknown to ${type.name}`),
        ...members.flatMap(({ name, required, type: of }) =>
          Object.hasOwn(value, name)
            ? problemsOf(value[name], of, `${at}.${name}`)
            : required
              ? [`${at}.${name}: missing`]
              : [],
        ),
      ];
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
