import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const ipmi = fileURLToPath(new URL('./drivers/node-ipmi/src', import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^node-ipmi$/, replacement: `${ipmi}/index.ts` },
      { find: /^node-ipmi\/(.*)$/, replacement: `${ipmi}/$1.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'drivers/node-ipmi/test/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      'test/lanes/hardware/**',
      'test/lanes/conformance/**',
      'test/lanes/clients/**',
    ],
    globalSetup: 'test/support/build.ts',
    // Tests of the daemon wait for most of their time: no core needs to be kept free for anything else.
    maxWorkers: '100%',
    // Machines that test for everybody are shared, and stand still at times: there a test has failed when it fails twice.
    retry: process.env.CI === undefined ? 0 : 1,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
