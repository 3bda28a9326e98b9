import { OPERATIONS, SHAPES } from './generated.ts';

/**
 * Reading `generated.ts`. A member is `wire:type`, with `*` when it must be there, `/` before a label of the path and `?` before a query parameter.
 * A type is `string`, `number`, `boolean`, `time` (epoch seconds), `document`, `[type]` (list), `{type}` (map by text) or the name of a shape.
 */
export type Type =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'time' | 'document' }
  | { readonly kind: 'list' | 'map'; readonly of: Type }
  | { readonly kind: 'shape'; readonly name: string };

export interface Member {
  readonly name: string;
  readonly where: 'body' | 'path' | 'query';
  readonly required: boolean;
  readonly type: Type;
}

export interface OperationSheet {
  readonly name: string;
  readonly method: string;
  /** Segments of the path; labels are `{Name}`. */
  readonly path: readonly string[];
  readonly status: number;
  /** Names of shapes; `none` has no members. */
  readonly input: string;
  readonly output: string;
}

export const operations: ReadonlyMap<string, OperationSheet> = new Map(
  linesOf(OPERATIONS).map((line) => {
    const [name = '', method = '', path = '', status = '', input = '', output = ''] = line.split(' ');
    return [name, { name, method, path: path.split('/').slice(1), status: Number(status), input, output }];
  }),
);

const shapes: ReadonlyMap<string, readonly Member[]> = new Map(
  linesOf(SHAPES).map((line) => {
    const [name = '', ...members] = line.split(' ');
    return [name, members.map(memberOf)];
  }),
);

/** In the model's order; none for `none`. */
export function membersOf(shape: string): readonly Member[] {
  return shapes.get(shape) ?? [];
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function memberOf(text: string): Member {
  const [, sign = '', name = '', star, type = ''] = /^([/?]?)([^*:]+)(\*?):(.+)$/.exec(text)!;
  const where = sign === '/' ? 'path' : sign === '?' ? 'query' : 'body';
  return { name, where, required: star === '*', type: typeOf(type) };
}

function typeOf(text: string): Type {
  if (text.startsWith('[')) return { kind: 'list', of: typeOf(text.slice(1, -1)) };
  if (text.startsWith('{')) return { kind: 'map', of: typeOf(text.slice(1, -1)) };
  switch (text) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'time':
    case 'document':
      return { kind: text };
    default:
      return { kind: 'shape', name: text };
  }
}
