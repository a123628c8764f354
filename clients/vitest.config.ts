/** Runs the tests of every TypeScript package in this folder: `npm run test:clients-ts`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { projects: ['*/vitest.config.ts'] } });
