import * as v from 'valibot';
import { printable } from '../../kit/index.ts';
import { type OwnContext, refuse } from './env.ts';

export type Read<Body> =
  | { readonly kind: 'body'; readonly body: Body }
  | { readonly kind: 'refused'; readonly answer: Response };

/** The body as a schema wants it, or a 400 that names the member. No body at all reads as `{}`. */
export function read<Schema extends v.GenericSchema>(c: OwnContext, schema: Schema): Read<v.InferOutput<Schema>> {
  const text = new TextDecoder().decode(c.get('incoming').body);
  let given: unknown;
  try {
    given = text === '' ? {} : JSON.parse(text);
  } catch {
    return refused(c, 'The body is not JSON.');
  }
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (result.success) return { kind: 'body', body: result.output };
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const sentence =
    issue.expected === 'never'
      ? 'no member of that name'
      : issue.kind === 'validation'
        ? issue.message
        : `expected ${issue.expected ?? issue.message}, found ${issue.received}`;
  return refused(c, printable(path === null ? `The body: ${sentence}.` : `${path}: ${sentence}.`, 400));
}

function refused(c: OwnContext, message: string): Read<never> {
  return { kind: 'refused', answer: refuse(c, 400, 'BadInput', message) };
}

/** A sentence of a person: not empty, at most so many characters. */
export function sentence(most: number) {
  return v.pipe(
    v.string(),
    v.check((text) => text.trim() !== '' && text.length <= most, `expected 1 to ${most} characters`),
  );
}
