import { defineConfig } from 'vitest/config';
import project from '../../../vitest.config.ts';

export default defineConfig({
  resolve: project.resolve ?? {},
  test: {
    include: ['test/lanes/bench/*.bench.ts'],
    testTimeout: 600_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
