import type { Suppression } from './evidence.ts';
import type { Facts } from './facts.ts';
import { count, several } from './text.ts';

/** GuardDuty takes at most 50 values in one condition. */
const MOST_VALUES = 50;

const REMOTE = 'service.action.awsApiCallAction.remoteIpDetails';

/**
 * The rule GuardDuty's own page recommends for on-premises gateways: finding type and API caller address. Two criteria, nothing
 * else, so that it means the same in GuardDuty. It is wider than this finding (any function, any account of the detector), and says so.
 */
export function suppressionFor({ case: c, newest }: Facts): Suppression {
  const { scope } = newest.judgement;
  const blocks = scope.kind === 'pool' && scope.blocks.length <= MOST_VALUES ? scope.blocks : [];
  const v6 = newest.place.address.includes(':');
  const values = blocks.length > 0 ? blocks : [v6 && !c.host.includes('/') ? `${c.host}/64` : c.host];
  return {
    rule: {
      name: `straykey-expected-${c.host.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 40)}`,
      description: `Expected use of ${c.issuedTo.family} credentials from this host. Say who confirmed it and until when.`,
      action: 'ARCHIVE',
      rank: 1,
      findingCriteria: {
        criterion: {
          type: { equals: [c.type] },
          [`${REMOTE}.${v6 ? 'ipAddressV6' : 'ipAddressV4'}`]: { equals: values },
        },
      },
    },
    covers: `Archives every finding of this type from ${blocks.length > 1 ? `${count(blocks.length, 'block')} (${several(blocks)})` : values.join('')}, whichever function's credentials are used.`,
  };
}
