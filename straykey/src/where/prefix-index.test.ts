import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cidr, cidrContains, type Ip, lastOf, nextIp, prefixOf } from './ip.ts';
import { buildPrefixIndex, mostSpecific, widerThan } from './prefix-index.ts';

// Few distinct high bits, so that random prefixes nest, touch and repeat.
const word = fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 1, 0x0a000000, 0x0a010000, 0xffffff00, 0xffffffff));
const ip: fc.Arbitrary<Ip> = fc.oneof(
  word.map((value) => ({ family: 4 as const, words: [value] })),
  fc.tuple(word, word, word, word).map((words) => ({ family: 6 as const, words })),
);
const cidr: fc.Arbitrary<Cidr> = fc
  .tuple(ip, fc.nat(128))
  .map(([address, bits]) => prefixOf(address, address.family === 4 ? bits % 33 : bits));

function naiveChain(cidrs: readonly Cidr[], address: Ip): number[] {
  const holding = [...cidrs.keys()].filter((i) => cidrContains(cidrs[i]!, address));
  return holding.sort((a, b) => cidrs[b]!.length - cidrs[a]!.length || b - a);
}

test('the chain of prefixes around an address is what a scan of all prefixes finds, most specific first', () => {
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 40 }), fc.array(ip, { maxLength: 5 }), (cidrs, others) => {
      const index = buildPrefixIndex(cidrs);
      const edges = cidrs.flatMap((each) => [each.base, lastOf(each), nextIp(lastOf(each)) ?? each.base]);
      for (const address of [...others, ...edges]) {
        const chain: number[] = [];
        for (let entry = mostSpecific(index, address); entry !== -1; entry = widerThan(index, entry)) chain.push(entry);
        assert.deepEqual(chain, naiveChain(cidrs, address));
      }
    }),
    { numRuns: 300 },
  );
});
