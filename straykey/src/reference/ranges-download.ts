import { MAX_RANGES_BYTES, parseRanges, type RangesFile, type UnusableRanges } from './ranges-formats.ts';

/** Where AWS publishes its list. Needs no account. */
export const OFFICIAL_RANGES_URL = 'https://ip-ranges.amazonaws.com/ip-ranges.json';

/** Milliseconds for the whole download. Half a minute: the file is 2.6 MB, 0.1 MB when the server compresses it. */
export const DOWNLOAD_TIMEOUT_MS = 30_000;

/** Fetches a list; never throws, the reason names what went wrong and what to do without a network. */
export async function downloadRanges(
  url: string = OFFICIAL_RANGES_URL,
  timeoutMs: number = DOWNLOAD_TIMEOUT_MS,
): Promise<RangesFile | UnusableRanges> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) return { kind: 'unusable', reason: `${url}: expected HTTP status 200, found ${response.status}` };
    const bytes = await bodyOf(response);
    if (bytes === undefined) return { kind: 'unusable', reason: `${url}: the answer is larger than 128 MiB` };
    return parseRanges(bytes, url);
  } catch (error) {
    return { kind: 'unusable', reason: `${url}: could not be fetched (${causeOf(error)}). ${OFFLINE_ADVICE}` };
  }
}

const OFFLINE_ADVICE = 'Offline, fetch the file elsewhere and run: straykey ranges import FILE';

async function bodyOf(response: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_RANGES_BYTES) return undefined;
  }
  return Buffer.concat(chunks);
}

/** `fetch failed` says nothing; the cause inside names the host or the refused connection. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
