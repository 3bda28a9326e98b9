export { awsDoor } from './aws.ts';
export { examine } from './examine.ts';
export type { Area, Line } from './line.ts';
export { networkDoor } from './network.ts';
export type { AwsDoor, DoctorPorts, NetworkDoor } from './ports.ts';
