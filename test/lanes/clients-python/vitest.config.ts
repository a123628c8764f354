/** `npm run test:clients-python`: the Python library in an environment of its own; each of its tests is one here. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/lanes/clients-python/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 900_000,
    fileParallelism: false,
  },
});
