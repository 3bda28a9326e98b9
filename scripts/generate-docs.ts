// Writes the generated parts of docs/: the catalogue of oddities, the quoted comparison of the learning model.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oddityPage } from './oddity-page.ts';
import { withComparison } from './quote-bench.ts';

const root = join(import.meta.dirname, '..');
const detection = join(root, 'docs', 'detection.md');
writeFileSync(join(root, 'docs', 'oddities.md'), oddityPage());
writeFileSync(detection, withComparison(readFileSync(detection, 'utf8'), root));
