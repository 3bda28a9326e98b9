import { type Campaign, planCampaigns } from './campaigns.ts';
import type { Day } from './records.ts';
import type { WorldSettings } from './settings.ts';
import { benignDay } from './traffic.ts';
import { createWorld, type World } from './world.ts';

export interface Simulation {
  readonly world: World;
  readonly campaigns: readonly Campaign[];
  /** One day at a time, so that only one is ever held. */
  days(): Generator<Day>;
}

/** `turn`: the seed's place among the seeds of the run (see `planCampaigns`). */
export function simulate(settings: WorldSettings, seed: number, turn: number): Simulation {
  const world = createWorld(settings, seed);
  const campaigns = planCampaigns(world, turn);
  return { world, campaigns, days: () => daysOf(world, campaigns) };
}

function* daysOf(world: World, campaigns: readonly Campaign[]): Generator<Day> {
  let last = 0;
  for (let day = 0; day < world.settings.days; day++) {
    const benign = benignDay(world, day);
    const uses = [...benign.uses, ...campaigns.flatMap((campaign) => campaign.callsOn(day))]
      .sort((a, b) => a.event.t - b.event.t)
      .map((use) => ({ ...use, event: { ...use.event, id: `e${++last}` } }));
    yield { day, uses, inside: benign.inside.sort((a, b) => a.record.t - b.record.t) };
  }
}
