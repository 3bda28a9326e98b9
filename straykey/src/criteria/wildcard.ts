/** Characters that are no letters in a pattern: `*` stands for any run, `?` for one character. There is no escape. */
export function wildcardsIn(pattern: string): number {
  return [...pattern].filter((character) => character === '*' || character === '?').length;
}

/** Whether the whole text fits the pattern. Goes back to the last `*` only, so it takes at most text times pattern steps. */
export function fits(text: string, pattern: string): boolean {
  const [t, p] = [[...text], [...pattern]];
  let [i, j] = [0, 0];
  let star: { readonly at: number; from: number } | undefined;
  while (i < t.length) {
    if (p[j] === '*') {
      star = { at: j++, from: i };
    } else if (p[j] === '?' || p[j] === t[i]) {
      i++;
      j++;
    } else if (star !== undefined) {
      i = ++star.from;
      j = star.at + 1;
    } else {
      return false;
    }
  }
  while (p[j] === '*') j++;
  return j === p.length;
}
