import * as v from 'valibot';

const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/, 'twelve digits in quotes, such as "111122223333"'));

/** One network the operator declares: its addresses are place `own`. */
const ownNetwork = v.strictObject({
  /** Address or CIDR, IPv4 or IPv6. */
  cidr: v.string(),
  /** Shown wherever the network is named. */
  label: v.optional(v.string(), ''),
  kind: v.optional(v.picklist(['vpc', 'byoip', 'office', 'outposts', 'vpn', 'other']), 'other'),
  /** ISO date; judged at the time of the event, so that an expired entry still explains old calls. */
  until: v.optional(v.pipe(v.string(), v.isoDate('a date such as 2027-01-31'))),
});

/** `straykey.yaml`. Unknown keys are errors. Every default is the value that needs no thought. */
export const configSchema = v.strictObject({
  /** Folder for address data. Default: `$XDG_DATA_HOME/straykey` or `~/.local/share/straykey`. */
  dataDir: v.optional(v.string()),
  /** Accounts whose VPC endpoints are your own, besides the credential's and the trail's. */
  accounts: v.optional(v.array(accountId), []),
  ownNetworks: v.optional(v.array(ownNetwork), []),
  /** Files with AWS's address ranges (an `ip-ranges.json` of any date, or a history CSV), besides the data folder's. */
  awsRanges: v.optional(v.array(v.string()), []),
  /**
   * What 192.0.2.0/24 and the other documentation ranges mean in a trail. `unknown`: somebody's redaction, counted, never judged.
   * `outside`: ordinary public addresses, for drills.
   */
  documentationAddresses: v.optional(v.picklist(['unknown', 'outside']), 'unknown'),
  /** MaxMind database files of your own, for names and countries of remote hosts. */
  maxmind: v.optional(v.strictObject({ asn: v.optional(v.string()), country: v.optional(v.string()) }), {}),
  learning: v.optional(
    v.strictObject({
      /** `on`: hosts are learned as MODEL 2 says. `ack`: only routed functions learn unattended. `off`: every outside use alarms. */
      mode: v.optional(v.picklist(['on', 'ack', 'off']), 'on'),
    }),
    {},
  ),
});

export type Config = v.InferOutput<typeof configSchema>;
