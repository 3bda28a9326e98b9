import { useEffect, useState } from 'react';

/** Ages on screen count in minutes, so they are counted again this often. */
const EVERY_MS = 30_000;

/** Epoch ms, as of the last tick: the one place of the console that reads the clock to show it. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
