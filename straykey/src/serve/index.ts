import process from 'node:process';
import { type RunOptions, run } from './run.ts';

/** Runs until SIGTERM or SIGINT. A second signal ends it at once: nothing acknowledged is lost by that either. */
export async function runServe(options: RunOptions): Promise<void> {
  const stop = new AbortController();
  const asked = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  process.on('SIGTERM', asked);
  process.on('SIGINT', asked);
  try {
    const finished = await run(options, stop.signal);
    // What hangs (a database that does not answer) would keep the process alive.
    if (!finished) process.exit(0);
  } finally {
    process.off('SIGTERM', asked);
    process.off('SIGINT', asked);
  }
}

export { type LambdaParts, openLambda } from './lambda.ts';
export type { RunOptions } from './run.ts';
