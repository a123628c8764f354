import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/conformance/*.test.ts', 'test/clients/*.test.ts'],
    globalSetup: 'test/support/build.ts',
    testTimeout: 300_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
