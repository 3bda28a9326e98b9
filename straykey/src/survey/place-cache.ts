import type { ApiCall } from '../records/index.ts';
import { locate, type Place, type PlaceKind, type PlaceTables, placeKindOf, placeMayVary } from '../where/index.ts';

/**
 * Addresses remembered. Most credentials of functions show an address of their own, for a short time; so a small table holds nearly all that
 * come again. Beyond this all are forgotten, which costs time and nothing else.
 */
const MOST = 1 << 12;

/** What a survey needs of a place: the kind, and whose endpoint. */
export type Whereabouts = { readonly kind: Exclude<PlaceKind, 'endpoint'> } | Extract<Place, { kind: 'endpoint' }>;

/** An address on a day. */
interface DayPlace {
  /** Absent where each call has to be placed by itself. */
  readonly whereabouts?: Whereabouts;
  /** The place is not the same all day: AWS's list changes, a declared network expires. */
  readonly varies: boolean;
}

const VARIES: DayPlace = { varies: true };

/** Kinds of place by address and UTC day: most calls come from an address that was judged a moment ago. */
export class PlaceCache {
  private readonly tables: PlaceTables;
  private readonly days = new Map<number, Map<string, DayPlace>>();
  private readonly byKind = new Map<PlaceKind, DayPlace>();
  private size = 0;
  /** No table has anything that begins or ends: nothing varies. */
  private readonly steady: boolean;

  constructor(tables: PlaceTables) {
    this.tables = tables;
    this.steady = tables.awsRanges === undefined && (tables.ownNetworks?.networks.length ?? 0) === 0;
  }

  whereaboutsOf(call: ApiCall): Whereabouts {
    if (call.vpcEndpointId !== undefined || call.vpcEndpointAccountId !== undefined) return this.placeOf(call);
    return this.dayPlaceOf(call).whereabouts ?? this.placeOf(call);
  }

  placeOf(call: ApiCall): Place {
    return placeOf(call, this.tables);
  }

  /** Whether the place of this call's address changes on the day of the call. Where AWS names an endpoint's owner, the address is no matter. */
  variesThatDay(call: ApiCall): boolean {
    return !this.steady && call.vpcEndpointAccountId === undefined && this.dayPlaceOf(call).varies;
  }

  private dayPlaceOf(call: ApiCall): DayPlace {
    const { sourceIPAddress, time } = call;
    const midnight = time - (time % 86_400);
    const known = this.days.get(midnight)?.get(sourceIPAddress);
    if (known !== undefined) return known;
    const varies = !this.steady && placeMayVary(sourceIPAddress, midnight, midnight + 86_399, this.tables);
    const place = varies ? VARIES : this.ofKind(placeKindOf(sourceIPAddress, time, this.tables));
    if (this.size++ >= MOST) {
      this.days.clear();
      this.size = 1;
    }
    let day = this.days.get(midnight);
    if (day === undefined) {
      day = new Map();
      this.days.set(midnight, day);
    }
    day.set(sourceIPAddress, place);
    return place;
  }

  private ofKind(kind: PlaceKind): DayPlace {
    let place = this.byKind.get(kind);
    if (place === undefined) {
      place = { varies: false, ...(kind === 'endpoint' ? {} : { whereabouts: { kind } }) };
      this.byKind.set(kind, place);
    }
    return place;
  }
}

/** The place of a call; the caller's own accounts are the credential's and the trail's. */
export function placeOf(call: ApiCall, tables: PlaceTables): Place {
  const { sourceIPAddress, time, vpcEndpointId, vpcEndpointAccountId } = call;
  const accounts = [call.identity.accountId, call.recipientAccountId];
  return locate({ sourceIPAddress, time, accounts, vpcEndpointId, vpcEndpointAccountId }, tables);
}
