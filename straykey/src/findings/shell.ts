/**
 * Shell words for commands that a person will paste. Names come from a hostile trail, so a name is used only when it has the form AWS
 * itself demands; everything else becomes a placeholder in capitals. That also keeps out what quoting cannot: a leading `file://`, which
 * the AWS CLI would read from disk, control characters, and `-x`, which it would take for an option (hence always `--option=value`).
 */
export interface Form {
  readonly pattern: RegExp;
  readonly placeholder: string;
}

/** Patterns of the AWS API references (Lambda, IAM, STS, ECS, EC2). */
export const FORMS = {
  account: { pattern: /^\d{12}$/, placeholder: 'ACCOUNT_ID' },
  region: { pattern: /^[a-z]{2}(?:-[a-z]{2,10}){1,3}-\d{1,2}$/, placeholder: 'REGION' },
  functionArn: {
    pattern: /^arn:aws[a-z-]{0,20}:lambda:[a-z0-9-]{5,30}:\d{12}:function:[A-Za-z0-9_-]{1,140}$/,
    placeholder: 'FUNCTION_NAME',
  },
  functionName: { pattern: /^[A-Za-z0-9_-]{1,140}$/, placeholder: 'FUNCTION_NAME' },
  roleName: { pattern: /^[A-Za-z0-9_+=,.@-]{1,64}$/, placeholder: 'ROLE_NAME' },
  userName: { pattern: /^[A-Za-z0-9_+=,.@-]{1,64}$/, placeholder: 'USER_NAME' },
  userId: { pattern: /^AROA[A-Z0-9]{8,120}:[A-Za-z0-9_+=,.@-]{2,64}$/, placeholder: 'ROLE_ID:SESSION_NAME' },
  accessKeyId: { pattern: /^[A-Z0-9]{16,128}$/, placeholder: 'ACCESS_KEY_ID' },
  cluster: { pattern: /^[A-Za-z0-9_-]{1,255}$/, placeholder: 'CLUSTER' },
  taskId: { pattern: /^[a-f0-9-]{32,36}$/, placeholder: 'TASK_ID' },
  instanceId: { pattern: /^i-[0-9a-f]{8,17}$/, placeholder: 'INSTANCE_ID' },
} as const satisfies Readonly<Record<string, Form>>;

/** The value when it has the form AWS demands, else the placeholder. */
export function checked(value: string, form: Form): string {
  return form.pattern.test(value) ? value : form.placeholder;
}

/** One shell word. Every form above is free of quotes, so single quotes always hold. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_/.:=@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
