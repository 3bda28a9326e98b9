import type { ApiCall } from '../records/index.ts';
import { locate, type Place, type PlaceKind, type PlaceTables, placeKindOf, placeMayVary } from '../where/index.ts';

/**
 * Addresses remembered. Most credentials of functions show an address of their own, for a short time; so a small table holds nearly all that
 * come again. Beyond this all are forgotten, which costs time and nothing else.
 */
const MOST = 1 << 12;

/** What a survey needs of a place: the kind, and whose endpoint. */
export type Whereabouts = { readonly kind: Exclude<PlaceKind, 'endpoint'> } | Extract<Place, { kind: 'endpoint' }>;

interface DayPlace {
  readonly kind: PlaceKind;
  /** The place is not the same all day: AWS's list changes, a declared network expires. */
  readonly varies: boolean;
}

/** Kinds of place by address and UTC day: most calls come from an address that was judged a moment ago. */
export class PlaceCache {
  private readonly tables: PlaceTables;
  private readonly days = new Map<number, Map<string, DayPlace>>();
  private size = 0;

  constructor(tables: PlaceTables) {
    this.tables = tables;
  }

  whereaboutsOf(call: ApiCall): Whereabouts {
    if (call.vpcEndpointId !== undefined || call.vpcEndpointAccountId !== undefined) return this.placeOf(call);
    const known = this.dayPlaceOf(call);
    return known.varies || known.kind === 'endpoint' ? this.placeOf(call) : { kind: known.kind };
  }

  placeOf(call: ApiCall): Place {
    return placeOf(call, this.tables);
  }

  /** Whether the place of this call's address changes on the day of the call. Where AWS names an endpoint's owner, the address is no matter. */
  variesThatDay(call: ApiCall): boolean {
    return call.vpcEndpointAccountId === undefined && this.dayPlaceOf(call).varies;
  }

  private dayPlaceOf({ sourceIPAddress, time }: ApiCall): DayPlace {
    const midnight = time - (time % 86_400);
    let day = this.days.get(midnight);
    let known = day?.get(sourceIPAddress);
    if (known === undefined) {
      if (this.size++ >= MOST) {
        this.days.clear();
        this.size = 1;
        day = undefined;
      }
      known = {
        kind: placeKindOf(sourceIPAddress, time, this.tables),
        varies: placeMayVary(sourceIPAddress, midnight, midnight + 86_399, this.tables),
      };
      if (day === undefined) {
        day = new Map();
        this.days.set(midnight, day);
      }
      day.set(sourceIPAddress, known);
    }
    return known;
  }
}

/** The place of a call; the caller's own accounts are the credential's and the trail's. */
export function placeOf(call: ApiCall, tables: PlaceTables): Place {
  const { sourceIPAddress, time, vpcEndpointId, vpcEndpointAccountId } = call;
  const accounts = [call.identity.accountId, call.recipientAccountId];
  return locate({ sourceIPAddress, time, accounts, vpcEndpointId, vpcEndpointAccountId }, tables);
}
