import { printable } from '../../kit/index.ts';

/** Markup that is already safe. Made only by {@link markup}, so that text cannot pass for it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Template tag for HTML and SVG: what is written in the template is markup, what is put in is text and is made printable and escaped, also
 * for use inside a quoted attribute. Lists are joined. Never put a value into a script, a style, an unquoted attribute or a URL attribute.
 */
export function markup(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Markup | readonly Markup[])[]
): Markup {
  return new Markup(strings.reduce((sum, each, i) => sum + safe(values[i - 1] ?? '') + each));
}

function safe(value: string | number | Markup | readonly Markup[]): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map((each) => each.text).join('');
  return escaped(printable(String(value), 4000));
}

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
