import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { evidenceOf, raise } from '../../straykey/src/findings/index.ts';
import { crossAccount, ec2Instance, ecsTask, onPremises, overIPv6, settings, theft, withDerived } from './fixtures.ts';

/**
 * Findings as text, one file a case; a diff here is a change of behaviour. `UPDATE_GOLDEN=1` writes them anew. The evidence is shown as
 * JSON instead of text in JSON, so that a diff can be read.
 */
const cases = { theft, onPremises, overIPv6, ecsTask, ec2Instance, crossAccount, withDerived };

for (const [name, c] of Object.entries(cases)) {
  test(`${name} makes the finding of golden/${name}.finding`, () => {
    const finding = raise(c, settings);
    const { type } = finding.service.additionalInfo;
    const shown = { ...finding, service: { ...finding.service, additionalInfo: { type, value: evidenceOf(finding) } } };
    const text = `${JSON.stringify(shown, null, 2)}\n`;
    const file = new URL(`golden/${name}.finding`, import.meta.url);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    assert.equal(text, readFileSync(file, 'utf8'));
  });
}
