/** The test vectors of all client libraries, with both transports. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allVectors, Misbehaving } from './support/misbehave.ts';
import { Steps } from './support/steps.ts';

describe.each(['undici', 'node'] as const)('the vectors over %s', (transport) => {
  let server: Misbehaving;
  beforeAll(async () => {
    server = await Misbehaving.start();
  });
  afterAll(() => server.stop());

  describe.each(allVectors())('$clause', ({ vectors }) => {
    it.each(vectors)('$id: $title', async (vector) => {
      const run = await server.begin(vector);
      const steps = new Steps(run.url, run.vector, { transport }, (change) => server.change(run.id, change));
      const outcomes = [];
      for (const step of run.vector.steps) outcomes.push(await steps.run(step));
      await steps.close();
      const failures = await server.judge(run.id, outcomes, steps.findings);
      expect(failures, JSON.stringify(await server.requests(run.id), null, 1)).toEqual([]);
    });
  });
});
