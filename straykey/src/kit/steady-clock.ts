/**
 * A clock for times that are compared with each other later, made from one that people and NTP set. It never runs back: when `now` is set back
 * it goes on from where it was, a tenth slower, until the other has caught up; when `now` is set ahead it follows at once.
 *
 * @param now whole milliseconds
 * @param elapsed milliseconds since any moment; nobody sets it
 */
export function steadyClock(now: () => number, elapsed: () => number): () => number {
  let latest = now();
  let asked = elapsed();
  return () => {
    const before = asked;
    asked = elapsed();
    latest = Math.max(now(), latest + (asked - before) * 0.9);
    return Math.floor(latest);
  };
}
