import {
  FREQUENCIES,
  type OutletRule,
  type Outlets,
  openExports,
  publishingDestinations,
  type Sender,
} from '../outlets/index.ts';
import type { Store } from '../store/index.ts';

/** Milliseconds between two looks for publishing destinations made through the API; 30 s. */
export const EXPORTS_LOOK_EVERY = 30_000;

/** The configured outlets, and the exports that clients of the GuardDuty API ask for, change and take back while everything runs. */
export class Exports {
  readonly #outlets: Outlets;
  readonly #now: () => number;
  readonly #senders: Map<string, Sender>;
  /** The settings that each export's sender was made from. */
  readonly #made = new Map<string, string>();
  #rules: readonly OutletRule[];
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(outlets: Outlets, now: () => number) {
    this.#outlets = outlets;
    this.#now = now;
    this.#senders = new Map(outlets.senders);
    this.#rules = outlets.rules;
  }

  /** By name, as of now. */
  get senders(): ReadonlyMap<string, Sender> {
    return this.#senders;
  }

  async rules(store: Store): Promise<readonly OutletRule[]> {
    // Either way: a clock may be set back.
    if (Math.abs(this.#now() - this.#lookedAt) >= EXPORTS_LOOK_EVERY) await this.look(store);
    return this.#rules;
  }

  /** Looks for what clients have made, changed and taken back. */
  async look(store: Store): Promise<void> {
    const frequency = await publishingFrequency(store);
    const asked = await publishingDestinations(store);
    const opened = openExports(asked, frequency);
    this.#lookedAt = this.#now();
    for (const name of this.#made.keys()) if (!opened.senders.has(name)) this.#drop(name);
    for (const each of asked) {
      const sender = opened.senders.get(each.name);
      const settings = JSON.stringify(each);
      if (sender === undefined || this.#made.get(each.name) === settings) continue;
      this.#drop(each.name);
      this.#senders.set(each.name, sender);
      this.#made.set(each.name, settings);
    }
    this.#rules = [...this.#outlets.rules, ...opened.rules];
  }

  /** What it is sending ends by an error and is tried again, by its successor if it has one. */
  #drop(name: string): void {
    this.#senders.get(name)?.close?.();
    this.#senders.delete(name);
    this.#made.delete(name);
  }
}

/** What UpdateDetector set; GuardDuty's default is six hours. */
async function publishingFrequency({ documents }: Store): Promise<number> {
  const [detector] = await documents.list<{ findingPublishingFrequency?: string }>('detector');
  switch (detector?.body.findingPublishingFrequency) {
    case 'FIFTEEN_MINUTES':
      return FREQUENCIES['15m'];
    case 'ONE_HOUR':
      return FREQUENCIES['1h'];
    default:
      return FREQUENCIES['6h'];
  }
}
