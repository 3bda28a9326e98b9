import { name } from '../text.ts';
import type { TypeSheet } from './type-sheet.ts';
import { calledFrom, usingRole } from './wording.ts';

/** A credential made for an EC2 instance, used from outside AWS. The wording is GuardDuty's own, word for word: consumers match it whole. */
export const instanceCredentialExfiltration: TypeSheet = {
  id: 'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS',
  severity: 8,
  title: (facts) =>
    `Credentials for the EC2 instance role ${name(facts.roleName)} were used from an external IP address.`,
  description: (facts) =>
    `Credentials created exclusively for an EC2 instance${usingRole(facts, 'instance role')} have been used from ${calledFrom(facts)}.`,
  runbook:
    "Ask the instance's owner whether it talks to AWS from this address; if nobody can say yes, treat its role as stolen.",
  errs:
    'Too loud for instances behind an on-premises gateway or in a VPC with public-looking addresses that nobody declared. ' +
    'Silent for a thief who calls from inside AWS.',
};
