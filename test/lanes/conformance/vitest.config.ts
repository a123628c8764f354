import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/lanes/conformance/*.test.ts', 'test/lanes/clients/*.test.ts'],
    globalSetup: 'test/support/build.ts',
    // As in the other suites: on a shared machine a test has failed when it fails twice.
    retry: process.env.CI === undefined ? 0 : 1,
    testTimeout: 300_000,
    fileParallelism: false,
    // Of those that say that they may: each validator keeps one core busy.
    maxConcurrency: 2,
    disableConsoleIntercept: true,
  },
});
