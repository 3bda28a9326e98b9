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
const LOOK_EVERY = 30_000;

/** The configured outlets, and the exports that clients of the GuardDuty API ask for and take back while everything runs. */
export class Exports {
  readonly #outlets: Outlets;
  readonly #now: () => number;
  readonly senders: Map<string, Sender>;
  #rules: readonly OutletRule[];
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(outlets: Outlets, now: () => number) {
    this.#outlets = outlets;
    this.#now = now;
    this.senders = new Map(outlets.senders);
    this.#rules = outlets.rules;
  }

  async rules(store: Store): Promise<readonly OutletRule[]> {
    if (this.#now() - this.#lookedAt < LOOK_EVERY) return this.#rules;
    this.#lookedAt = this.#now();
    const frequency = await publishingFrequency(store);
    const made = openExports(await publishingDestinations(store), frequency);
    for (const [name, sender] of made.senders) if (!this.senders.has(name)) this.senders.set(name, sender);
    this.#rules = [...this.#outlets.rules, ...made.rules];
    return this.#rules;
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
