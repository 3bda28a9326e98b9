import type { FindingType } from '../case.ts';
import { instanceCredentialExfiltration } from './instance-credential-exfiltration.ts';
import { resourceCredentialExfiltration } from './resource-credential-exfiltration.ts';
import type { TypeSheet } from './type-sheet.ts';

/** Every type Straykey raises. A new member of `FindingType` fails to compile until it has its file and its line here. */
export const typeSheets: Readonly<Record<FindingType, TypeSheet>> = {
  'UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS': resourceCredentialExfiltration,
  'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS': instanceCredentialExfiltration,
};

export type { TypeSheet } from './type-sheet.ts';
