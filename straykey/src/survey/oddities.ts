/** Every kind of oddity told while surveying: addresses that are neither inside nor outside AWS. */
export const placeOddities = {
  'malformed-address': {
    means: 'sourceIPAddress is neither an address nor a service name. Anonymised trails look like that.',
    doThis: 'Nothing can be judged about these calls. Get the trail as AWS delivered it.',
    effect: 'unusable',
  },
  'empty-address': {
    means: 'A record without sourceIPAddress.',
    doThis: 'Nothing can be judged about these calls.',
    effect: 'unusable',
  },
  'reserved-address': {
    means: 'sourceIPAddress lies in a range that no host can call from (0.0.0.0, loopback, class E, multicast).',
    doThis: 'The record was edited. Get the trail as AWS delivered it.',
    effect: 'unusable',
  },
  'documentation-address': {
    means: 'sourceIPAddress lies in a range reserved for examples (192.0.2.0/24 and others).',
    doThis: 'The record was edited, or is a drill: then set documentationAddresses: outside.',
    effect: 'unusable',
  },
} as const;
