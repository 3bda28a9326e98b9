import type { IssuedTo } from '../sessions/index.ts';

/**
 * What a user agent claims. The caller writes it, so every claim can be forged: it moves confidence, it never attributes a
 * credential and never decides a verdict. Errs towards silence: a thief who copies the function's user agent shows no trait.
 */
export interface Client {
  /** The runtime marker of the credential's own environment (`exec-env/AWS_Lambda_*`, `AWS_ECS_*`). */
  readonly marker: boolean;
  /** Another execution environment, `CloudShell`. */
  readonly otherEnvironment?: string;
  /** An operating system that the credential's environment does not run on. */
  readonly system?: string;
  /** A program people run by hand. */
  readonly tool?: string;
}

/** Markers by what the credential was issued to; EC2 has none. */
const MARKERS: Readonly<Record<IssuedTo['family'], readonly string[]>> = {
  lambda: ['AWS_Lambda_'],
  ecs: ['AWS_ECS_'],
  ec2: ['EC2'],
};

/** First match wins: attack distributions before the general systems. Lambda and Fargate run on Amazon Linux kernels. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[^a-z])kali(?![a-z])/i, 'Kali Linux'],
  [/(?:^|[^a-z])parrot(?![a-z])/i, 'Parrot OS'],
  [/(?:^|[^a-z])pentoo(?![a-z])/i, 'Pentoo'],
  [/(?:^|[^a-z])wsl2?(?![a-z])/i, 'Windows Subsystem for Linux'],
  [/(?:^|[^a-z])windows/i, 'Windows'],
  [/(?:^|[^a-z])(?:darwin|macos|mac os x|macintosh)(?![a-z])/i, 'macOS'],
];

/** Instances run Windows and macOS, and people work on them by hand: neither says anything there. */
const EC2_RUNS: ReadonlySet<string> = new Set(['Windows', 'macOS']);

const TOOLS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[^a-z])aws-cli\//i, 'aws-cli'],
  [/(?:^|[^a-z])awspowershell/i, 'AWS Tools for PowerShell'],
  [/(?:^|[^a-z])pacu/i, 'Pacu'],
  [/(?:^|[^a-z])trufflehog/i, 'TruffleHog'],
  [/(?:^|[^a-z])scout ?suite/i, 'Scout Suite'],
  [/(?:^|[^a-z])prowler/i, 'Prowler'],
  [/(?:^|[^a-z])s3 ?browser/i, 'S3 Browser'],
  [/(?:^|[^a-z])cyberduck/i, 'Cyberduck'],
  [/(?:^|[^a-z])rclone\//i, 'rclone'],
  [/(?:^|[^a-z])postman/i, 'Postman'],
  [/(?:^|[^a-z])python-requests\//i, 'python-requests'],
  [/(?:^|[^a-z])curl\//i, 'curl'],
  [/(?:^|[^a-z])wget\//i, 'Wget'],
  [/(?:^|[^a-z])mozilla\//i, 'a web browser'],
];

/** `family`: what the credential was issued to, which decides whose marker counts. */
export function clientOf(userAgent: string, family: IssuedTo['family']): Client {
  const [, environment] = /exec-env\/([A-Za-z0-9_.-]{1,64})/.exec(userAgent) ?? [];
  const marker = environment !== undefined && MARKERS[family].some((prefix) => environment.startsWith(prefix));
  const system = first(SYSTEMS, userAgent);
  const tool = first(TOOLS, userAgent);
  return {
    marker,
    ...(environment !== undefined && !marker && { otherEnvironment: environment }),
    ...(system !== undefined && !(family === 'ec2' && EC2_RUNS.has(system)) && { system }),
    ...(tool !== undefined && family !== 'ec2' && { tool }),
  };
}

function first(table: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}
