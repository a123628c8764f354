/** `npm test`: the unit tests, and the whole daemon on the twin. What takes longer is in test/lanes. */
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
    exclude: ['**/node_modules/**'],
    globalSetup: 'test/support/build.ts',
    // Tests of the daemon mostly wait: no core needs to be kept free.
    maxWorkers: '100%',
    // CI runs on shared machines that stall at times: there a test fails when it fails twice, and is reported when once.
    retry: process.env.CI === undefined ? 0 : 1,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        // Loading the daemon's modules anew for each of two hundred files takes longer than their tests.
        test: {
          name: 'unit',
          isolate: false,
          include: ['test/unit/**/*.test.ts', 'drivers/node-ipmi/test/**/*.test.ts'],
        },
      },
      { extends: true, test: { name: 'twin', include: ['test/twin/**/*.test.ts'] } },
    ],
  },
});
