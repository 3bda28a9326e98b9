import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { HostLine } from '../../api/types.ts';

export const HOST_TABS = [
  { id: 'learned', label: 'Learned', says: 'Expected by now: calls from here stay silent, and are counted.' },
  {
    id: 'learning',
    label: 'Being learned',
    says: 'Calls from here still alarm; each day of honest work brings the host nearer.',
  },
  {
    id: 'reopened',
    label: 'Reopened',
    says: 'Were expected, until something changed: a new kind of call, other software, a long silence.',
  },
  { id: 'expected', label: 'Vouched for', says: 'Somebody said that they are expected.' },
  {
    id: 'malicious',
    label: 'Distrusted',
    says: 'Somebody said that they are malicious: always an alarm, never learned.',
  },
  { id: 'all', label: 'All', says: 'Every host that is remembered.' },
  { id: 'statements', label: 'What people said', says: 'Newest first, with who and why.' },
] as const;

export const STATES: Readonly<Record<HostLine['state'], readonly [StatusIndicatorProps.Type, string]>> = {
  learned: ['success', 'Learned'],
  learning: ['in-progress', 'Being learned'],
  reopened: ['warning', 'Reopened'],
  dormant: ['stopped', 'Dormant'],
  expected: ['success', 'Vouched for'],
  malicious: ['error', 'Distrusted'],
  new: ['pending', 'New'],
};
