/** Fan control of the shipped boards in simulated time: an hour of each board twice, `npm run test:thermal`. */
import { defineConfig } from 'vitest/config';
import project from '../../../vitest.config.ts';

export default defineConfig({
  resolve: project.resolve ?? {},
  test: {
    include: ['test/lanes/thermal/*.test.ts'],
    testTimeout: 1_800_000,
    disableConsoleIntercept: true,
  },
});
