import { type Group, KINDS, type Plan, type Victims } from './kinds.ts';
import { randomOf } from './random.ts';
import type { Use } from './records.ts';
import { outside } from './traffic.ts';
import { type Lambda, unlent, type World } from './world.ts';

export interface Campaign extends Omit<Plan, 'attempts'> {
  readonly index: number;
  readonly kind: string;
  readonly group: Group;
  /** The intruder's calls on `day`, in no order. Pure: the same each time it is asked. */
  callsOn(day: number): readonly Use[];
}

/** All campaigns of a world; `seedTurn` is the seed's place in the run and only spreads the patient actions evenly. */
export function planCampaigns(world: World, seedTurn: number): Campaign[] {
  const victims = createVictims(world);
  const perSeed = KINDS.filter((kind) => kind.name.startsWith('patient')).length * world.settings.campaignsPerKind;
  let turns = seedTurn * perSeed;
  const campaigns: Campaign[] = [];
  for (let round = 0; round < world.settings.campaignsPerKind; round++) {
    for (const { name, group, plan } of KINDS) {
      const index = campaigns.length;
      const random = randomOf(world.seed, 'campaign', index);
      const daily = (day: number) => randomOf(world.seed, 'campaign', index, day);
      const { attempts, ...facts } = plan({ world, random, daily, victims, turn: () => turns++ });
      const truth = { actor: 'attacker', campaign: index } as const;
      const active = (day: number) => day >= facts.start && day <= facts.lastDay;
      const callsOn = (day: number) => (active(day) ? attempts(day).map((attempt) => outside(attempt, truth)) : []);
      campaigns.push({ index, kind: name, group, ...facts, callsOn });
    }
  }
  return campaigns;
}

function createVictims(world: World): Victims {
  const used = new Map<Lambda, number>();
  const random = randomOf(world.seed, 'victims');
  const leastUsed = <T extends Lambda>(list: readonly T[], count: number): T[] => {
    const order = random.shuffle(list).sort((a, b) => (used.get(a) ?? 0) - (used.get(b) ?? 0));
    const chosen = order.slice(0, count);
    for (const fn of chosen) used.set(fn, (used.get(fn) ?? 0) + 1);
    return chosen;
  };
  const stealable = unlent(world);
  const targets = world.egress.filter(
    (fn) => fn.site === 'A' && (fn.pace === 'busy' || fn.pace === 'weekdays') && !fn.alsoInside && !fn.weeklyCritical,
  );
  return {
    steal: (activities, count) => {
      const fitting = stealable.filter((fn) => activities.includes(fn.activity));
      return leastUsed(fitting.length > 0 ? fitting : stealable, count);
    },
    routed: (suits) => {
      const fitting = targets.filter(suits);
      return leastUsed(fitting.length > 0 ? fitting : targets, 1)[0]!;
    },
  };
}
