// The built product, as the published package runs it: `bin/straykey.js` would prefer the sources of this checkout.
const { main } = await import('../../straykey/dist/main.js');
process.exitCode = await main(process.argv.slice(2));
