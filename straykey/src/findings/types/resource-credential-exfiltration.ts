import type { Facts } from '../facts.ts';
import { name } from '../text.ts';
import type { TypeSheet } from './type-sheet.ts';
import { calledFrom, usingRole } from './wording.ts';

/** A credential made for a Lambda function or an ECS task, used from outside AWS. */
export const resourceCredentialExfiltration: TypeSheet = {
  id: 'UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS',
  severity: 8,
  title: (facts) => `Credentials for the ${resource(facts)} were used from an external IP address.`,
  description: (facts) =>
    `Credentials created exclusively for the ${resource(facts)}${facts.newest.use.platform ? '' : usingRole(facts, 'role')} have been used from ${calledFrom(facts)}.`,
  runbook:
    "Ask the function's owner whether it talks to AWS from this address; if nobody can say yes, treat its role as stolen.",
  errs:
    'Too loud for functions that leave through an on-premises gateway or a proxy, until the host is learned or suppressed. ' +
    'Silent for a thief who calls from inside AWS, and for services whose calls are not in the trail.',
};

function resource({ case: { issuedTo }, newest }: Facts): string {
  if (newest.use.platform) return `Lambda control plane of the role ${name(issuedTo.name)}`;
  return `${issuedTo.family === 'ecs' ? 'ECS task' : 'Lambda function'} ${name(issuedTo.name)}`;
}
