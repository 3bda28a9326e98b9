import { policiesFor } from '../iam/index.ts';
import { type Line, ok, unchecked, warn } from './line.ts';
import type { DoctorPorts } from './ports.ts';
import { explainTrouble, type Trouble } from './trouble.ts';

export type Tried<Value> = { readonly value: Value } | { readonly trouble: Trouble };

/** What the calls made so far proved: which permissions are held, which are missing. */
export class Permissions {
  readonly #held = new Set<string>();
  readonly #missing = new Set<string>();

  /** Makes a call that needs `action` on `what`, and remembers how it went. */
  async try<Value>(action: string, what: string, call: () => Promise<Value>): Promise<Tried<Value>> {
    try {
      const value = await call();
      this.#held.add(action);
      return { value };
    } catch (error) {
      const trouble = explainTrouble(error, action, what);
      if (trouble.missing !== undefined) this.#missing.add(trouble.missing);
      return { trouble };
    }
  }

  /** Needed by the configuration, against what was seen. Held once counts as held: other buckets and queues have lines of their own. */
  lines({ config }: DoctorPorts): Line[] {
    const needs = { sources: config.sources, outlets: config.outlets, region: 'us-east-1' };
    const needed = new Set(
      policiesFor(needs).flatMap(({ policy }) => policy.Statement.flatMap(({ Action }) => Action)),
    );
    for (const action of this.#missing) needed.add(action);
    if (needed.size === 0) return [ok('permissions', '', 'none needed: nothing configured speaks to AWS')];
    const missing = [...this.#missing].sort();
    const held = [...needed].filter((action) => this.#held.has(action) && !this.#missing.has(action)).sort();
    const untried = [...needed].filter((action) => !this.#held.has(action) && !this.#missing.has(action)).sort();
    const lines: Line[] = [];
    if (missing.length > 0)
      lines.push(
        warn('permissions', 'missing', missing.join(', '), 'straykey doctor --policy prints the policy to attach.'),
      );
    if (held.length > 0) lines.push(ok('permissions', 'held', held.join(', ')));
    if (untried.length > 0)
      lines.push(
        unchecked(
          'permissions',
          'not tried',
          untried.join(', '),
          'To try these would take, send or write something, or the call before them failed. The policy of straykey doctor --policy holds them.',
        ),
      );
    return lines;
  }
}
