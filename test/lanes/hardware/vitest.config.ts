import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/lanes/hardware/**/*.test.ts'],
    globalSetup: 'test/support/build.ts',
    // As in the other suites: on a shared machine a test has failed when it fails twice.
    retry: process.env.CI === undefined ? 0 : 1,
    testTimeout: 300_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
