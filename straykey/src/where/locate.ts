import { listingChanges, listingOf } from './aws-ranges.ts';
import { formatCidr, formatIp, type Ip, parseIp } from './ip.ts';
import { ownNetworkChanges, ownNetworkOf } from './own-networks.ts';
import type { Located, Place, PlaceKind } from './place.ts';
import { networkAt, valueAt } from './range-table.ts';
import { isServiceName } from './service-name.ts';
import { specialPurposeOf } from './special-purpose.ts';
import type { PlaceTables } from './tables.ts';

/**
 * Where a call came from, at the time of the call. In this order, first answer stands:
 *
 * 1. `service`: the literal forms CloudTrail writes for AWS's own callers, matched to the end.
 * 2. `unknown`: empty, or no address. Anonymisers leave such texts; they are neither inside nor outside.
 * 3. `endpoint`: `vpcEndpointAccountId` is present. AWS names the owner, so it wins over any reading of the address, and over a declared
 *    network: a thief's VPC may use the same private range as yours.
 * 4. `own`: a network the operator declared, unless expired at the time of the event.
 * 5. `endpoint` or `private`: a private, shared or unique-local address, with or without a `vpce-` id.
 * 6. `unknown`: documentation and reserved space. Before AWS's list, which named 252.0.0.0/10 for a day in 2020.
 * 7. `aws`: published by AWS at the time, else announced by Amazon's cloud networks.
 * 8. `outside`: what remains. A public address with a `vpce-` id and no owner stays outside (or `aws`) with the id noted.
 *
 * Errs towards silence: for a customer's own address space announced by Amazon, and within two days of a change of AWS's
 * list. Errs towards alarm: for an address AWS uses that neither table knows yet ({@link describeBasis} says how old they are).
 */
export function locate(call: Located, tables: PlaceTables): Place {
  const text = call.sourceIPAddress;
  const ip = parseIp(text);
  if (ip === undefined) return placeWithoutAddress(text);
  const address = formatIp(ip);
  if (call.vpcEndpointAccountId !== undefined) return endpoint(call, address, tables);
  return (
    ownPlace(ip, address, call.time, tables) ??
    specialPlace(call, ip, address, tables) ??
    awsPlace(ip, address, call.time, tables) ?? {
      kind: 'outside',
      address,
      ...(call.vpcEndpointId === undefined ? {} : { vpcEndpointId: call.vpcEndpointId }),
    }
  );
}

/**
 * Whether the place of an address is not the same throughout from one time to the other (both included): its listing by AWS
 * changes, or a declared network expires. False for anything that is not an address. A caller judged once for a whole day asks this first.
 */
export function placeMayVary(address: string, fromTime: number, toTime: number, tables: PlaceTables): boolean {
  const ip = parseIp(address);
  if (ip === undefined) return false;
  const [from, to] = fromTime <= toTime ? [fromTime, toTime] : [toTime, fromTime];
  const changes = [
    ...(tables.ownNetworks === undefined ? [] : ownNetworkChanges(tables.ownNetworks, ip, from, to)),
    ...(tables.awsRanges === undefined ? [] : listingChanges(tables.awsRanges, ip, from, to)),
  ];
  if (changes.length === 0) return false;
  const placeAt = (time: number) => JSON.stringify(locate({ sourceIPAddress: address, time, accounts: [] }, tables));
  const before = placeAt(from);
  return changes.some((time) => placeAt(time) !== before);
}

/**
 * The kind of place that {@link locate} would give for an address alone (no endpoint ids), without the words about it: a survey asks this for
 * every caller and day, and only the kind decides what becomes of the call.
 */
export function placeKindOf(text: string, time: number, tables: PlaceTables): PlaceKind {
  const ip = parseIp(text);
  if (ip === undefined) return placeWithoutAddress(text).kind;
  if (tables.ownNetworks && ownNetworkOf(tables.ownNetworks, ip, time)) return 'own';
  const purpose = specialPurposeOf(ip);
  if (purpose === 'private') return 'private';
  if (purpose !== undefined && !(purpose === 'documentation' && tables.documentationAddresses === 'outside'))
    return 'unknown';
  if (tables.awsRanges && listingOf(tables.awsRanges, ip, time) !== undefined) return 'aws';
  return tables.announced && valueAt(tables.announced.ranges, ip) !== undefined ? 'aws' : 'outside';
}

function placeWithoutAddress(text: string): Place {
  if (isServiceName(text)) return { kind: 'service', name: text };
  return { kind: 'unknown', text, reason: text === '' ? 'empty' : 'malformed' };
}

function endpoint(call: Located, address: string, tables: PlaceTables): Place {
  const { vpcEndpointId, vpcEndpointAccountId: accountId } = call;
  return {
    kind: 'endpoint',
    owner: ownerOf(accountId, call.accounts, tables),
    address,
    ...(vpcEndpointId === undefined ? {} : { vpcEndpointId }),
    ...(accountId === undefined ? {} : { accountId }),
  };
}

function ownerOf(accountId: string | undefined, accounts: readonly string[], tables: PlaceTables) {
  if (accountId === undefined) return 'unknown';
  return accounts.includes(accountId) || tables.ownAccounts?.has(accountId) ? 'own' : 'foreign';
}

function ownPlace(ip: Ip, address: string, time: number, tables: PlaceTables): Place | undefined {
  const network = tables.ownNetworks && ownNetworkOf(tables.ownNetworks, ip, time);
  return network && { kind: 'own', address, network: network.cidr, label: network.label };
}

function specialPlace(call: Located, ip: Ip, address: string, tables: PlaceTables): Place | undefined {
  const purpose = specialPurposeOf(ip);
  if (purpose === undefined) return undefined;
  if (purpose === 'private') {
    return call.vpcEndpointId === undefined ? { kind: 'private', address } : endpoint(call, address, tables);
  }
  if (purpose === 'documentation' && tables.documentationAddresses === 'outside') return undefined;
  return { kind: 'unknown', text: call.sourceIPAddress, reason: purpose };
}

function awsPlace(ip: Ip, address: string, time: number, tables: PlaceTables): Place | undefined {
  const listing = tables.awsRanges && listingOf(tables.awsRanges, ip, time);
  if (listing !== undefined) return { kind: 'aws', address, basis: 'published', ...listing };
  const network = tables.announced && networkAt(tables.announced.ranges, ip);
  return network && { kind: 'aws', address, basis: 'announced', network: formatCidr(network) };
}
