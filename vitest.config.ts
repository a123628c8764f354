import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: { 'node-ipmi': fileURLToPath(new URL('./drivers/node-ipmi/src/index.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts', 'drivers/node-ipmi/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/hardware/**', 'test/conformance/**'],
    globalSetup: 'test/support/build.ts',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
