/** The lanes that need nothing but the daemon: `npm run test:lanes`, or `npm run test:NAME` for one of them. */
import { configDefaults, defineConfig } from 'vitest/config';
import project from '../../vitest.config.ts';

/** Lanes with a configuration of their own. */
const others = ['bench', 'clients', 'clients-python', 'conformance', 'hardware', 'thermal'];

export default defineConfig({
  resolve: project.resolve ?? {},
  test: {
    include: ['test/lanes/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...others.map((name) => `test/lanes/${name}/**`)],
    globalSetup: 'test/support/build.ts',
    maxWorkers: '100%',
    retry: process.env.CI === undefined ? 0 : 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
