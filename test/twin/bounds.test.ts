/** What one request may cost others: bounds of lists, of answers, of work at once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, messageKeys } from '../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';

const subscriptions = '/redfish/v1/EventService/Subscriptions';
const dump = '/redfish/v1/Managers/bmc/LogServices/Dump';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon.stop());

describe('a subscription', () => {
  const valid = { Destination: 'https://127.0.0.1:1/', Protocol: 'Redfish', Context: 'x' };

  it.each([
    ['RegistryPrefixes', 'Base'],
    ['ExcludeRegistryPrefixes', 'Base'],
    ['ResourceTypes', 'Chassis'],
    ['MessageIds', 'Base.1.0.Success'],
    ['ExcludeMessageIds', 'Base.1.0.Success'],
  ])('has at most 64 %s', async (name, value) => {
    const answer = await daemon.send('POST', subscriptions, { ...valid, [name]: Array(5_000).fill(value) });
    expect([answer.status, messageKeys(answer)]).toEqual([400, ['PropertyValueError']]);
  });

  it('of 10,000 wrong values is refused with a small answer', async () => {
    const wrong = Array.from({ length: 10_000 }, (_, n) => `wrong ${n}`);
    const answer = await daemon.send('POST', subscriptions, { ...valid, RegistryPrefixes: wrong });
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(4_096);
  });
});

describe('a refusal', () => {
  it('has at most 33 messages, whatever is wrong', async () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`Unknown${n}`, n]));
    const answer = await daemon.send('PATCH', '/redfish/v1/Systems/system', many);
    expect(answer.status).toBe(400);
    expect(at(answer.body, '/error/@Message.ExtendedInfo')).toHaveLength(33);
    expect(messageKeys(answer).at(-1)).toBe('MaximumErrorsExceeded');
  });

  it('does not repeat a body that is one long name', async () => {
    const answer = await daemon.send('PATCH', '/redfish/v1/Systems/system', { ['x'.repeat(200_000)]: 1 });
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(4_096);
  });
});

describe('work at once', () => {
  it('is one archive of diagnostic data', async () => {
    const collect = () =>
      daemon.send('POST', `${dump}/Actions/LogService.CollectDiagnosticData`, {
        DiagnosticDataType: 'Manager',
      });
    const answers = await Promise.all(Array.from({ length: 10 }, collect));
    const accepted = answers.filter(({ status }) => status === 202);
    const refused = answers.filter(({ status }) => status === 409);
    expect([accepted.length, refused.length]).toEqual([1, 9]);
    expect(messageKeys(refused[0] ?? answers[0] ?? (await collect()))).toEqual(['ResourceInUse']);
  });
});
