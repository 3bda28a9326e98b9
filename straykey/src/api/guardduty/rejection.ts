import { MESSAGES, type Problem } from '../../criteria/index.ts';

/** An error reply. Operations throw it and `app.ts` turns it into a reply: the one place where a throw is not a bug of ours. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly status: number;
  /** `x-amzn-errortype`: what SDKs make their error class of. */
  readonly type: string;
  /** `__type` in the body. */
  readonly code: string;
  /** What was expected and found, for people. GuardDuty's sentence stays alone in `message`, because clients compare it. */
  readonly detail: string | undefined;

  constructor(
    status: number,
    type: string,
    message: string,
    more: { readonly code?: string; readonly detail?: string } = {},
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = more.code ?? type;
    this.detail = more.detail;
  }
}

/** GuardDuty's own sentences, to the letter. Sources: the Terraform provider, which compares them, and replies seen by users. */
export const SENTENCES = {
  notOwned: 'The request is rejected because the input detectorId is not owned by the current account.',
  noSuchResource: 'The request is rejected since no such resource found.',
  detectorExists: 'The request is rejected because a detector already exists for the current account.',
  filterExists: 'The request is rejected because a filter with the given name already exists.',
  invalid: MESSAGES.invalid,
  malformed: MESSAGES.malformed,
  parameter: MESSAGES.parameter,
  /** The wording of the last four is ours or an emulator's; AWS's is not known. */
  badArn: 'The request is rejected because an invalid resource ARN is specified.',
  limit: 'The request is rejected because it attempted to create resources beyond the current account limits.',
  inTransition: 'The request is rejected because the list is being activated, deactivated or deleted.',
  otherRequest: 'The request is rejected because the clientToken was used for a different request.',
} as const;

/** Everything that is wrong with a request is a BadRequestException in GuardDuty, missing things too. */
export function rejected(message: string, detail?: string): Rejection {
  return new Rejection(400, 'BadRequestException', message, {
    code: 'InvalidInputException',
    ...(detail === undefined ? {} : { detail }),
  });
}

export function wrong(parameter: string, detail: string): Rejection {
  const name = parameter.slice(0, 1).toLowerCase() + parameter.slice(1);
  return rejected(SENTENCES.parameter(name), `${name}: ${detail}`);
}

export function malformed(detail: string): Rejection {
  return rejected(SENTENCES.malformed, detail);
}

/** The first of some problems with criteria, in GuardDuty's words. */
export function problem([first]: readonly Problem[]): Rejection {
  return first === undefined ? rejected(SENTENCES.invalid) : rejected(first.message, `${first.about}: ${first.detail}`);
}
