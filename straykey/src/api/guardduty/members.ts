import { pageOf } from './pages.ts';
import type { Call, Operation } from './ports.ts';

/** What an account answers that is nobody's administrator or member. Which accounts' trails are read is said by the trails. */
export const memberOperations: Readonly<Record<string, Operation>> = {
  ListMembers: reading(async ({ input }) => {
    pageOf([], input);
    return { members: [] };
  }),
  GetMembers: reading(async ({ input }) => ({ members: [], ...unprocessed(input.accountIds) })),
  GetMemberDetectors: reading(async ({ input }) => ({ members: [], ...unprocessed(input.accountIds) })),
  GetAdministratorAccount: reading(async () => ({ administrator: {} })),
  GetMasterAccount: reading(async () => ({ master: {} })),
  ListInvitations: { ...reading(async () => ({ invitations: [] })), detectorless: true },
  GetInvitationsCount: { ...reading(async () => ({ invitationsCount: 0 })), detectorless: true },
  ListOrganizationAdminAccounts: { ...reading(async () => ({ adminAccounts: [] })), detectorless: true },
  DescribeOrganizationConfiguration: reading(async () => ({
    autoEnable: false,
    memberAccountLimitReached: false,
    autoEnableOrganizationMembers: 'NONE',
    features: [],
  })),
};

function reading(run: (call: Call) => Promise<object>): Operation {
  return { write: false, run };
}

function unprocessed(accountIds: unknown): object {
  const ids = (accountIds ?? []) as readonly string[];
  return {
    unprocessedAccounts: ids.map((accountId) => ({
      accountId,
      result:
        'The request is rejected because the given account ID is not an associated member of account the current account.',
    })),
  };
}
