import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { UserConfig } from 'vite';

/** Static files for `/console/`, beside the product's code: hashed names, nothing inline, nothing fetched from elsewhere. */
const config: UserConfig = {
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react()],
  build: {
    outDir: join(import.meta.dirname, '..', 'straykey', 'console-dist'),
    emptyOutDir: true,
    target: 'es2023',
    // Fonts come inside Cloudscape's style sheets; everything else stays a file, so that the policy needs no exception.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8787', '/detector': 'http://127.0.0.1:8787' } },
};

export default config;
