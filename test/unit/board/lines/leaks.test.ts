/** Leak detectors: state, events, and the reactions to a leak. */
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { bench, pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

const leaky: Platform = {
  ...bench,
  lines: {
    ...bench.lines,
    LEAK: { direction: 'in' },
    ROPE: { direction: 'in', activeLow: true },
    ROPE_THERE: { direction: 'in', activeLow: true },
  },
  leakDetectors: [
    {
      id: 'tray',
      line: 'LEAK',
      type: 'Moisture',
      host: 'system',
      reaction: { type: 'ForceOff', delay: 3000 },
    },
    {
      id: 'rope',
      line: 'ROPE',
      present: 'ROPE_THERE',
      type: 'FloatSwitch',
      severity: 'Warning',
      chassis: 'card',
    },
  ],
};

describe('a leak detector', () => {
  it('reports a leak and its end once each, and affects the health of its chassis', async () => {
    const b = await startBench({ platform: leaky });
    const detector = b.board.leakDetectors.get('rope');
    expect([detector?.state, detector?.status]).toEqual(['OK', { state: 'Enabled', health: 'OK' }]);
    b.twin.leak('rope', true);
    await pass(1000);
    expect(detector?.state).toBe('Warning');
    expect(b.board.chassis.get('card')?.status.health).toBe('Warning');
    expect(b.board.chassis.get('main')?.status.health).toBe('Warning');
    b.twin.leak('rope', false);
    await pass(1000);
    expect(b.board.health).toBe('OK');
    expect(b.told()).toEqual(['LeakDetectedWarning Warning', 'LeakDetectedNormal OK']);
    expect(b.events.at(-1)).toMatchObject({ condition: 'leak:rope', resolves: true });
  });

  it('is Absent while not connected, which ends its leak', async () => {
    const b = await startBench({ platform: leaky });
    b.twin.leak('rope', true);
    await pass(100);
    b.twin.present('rope', false);
    await pass(100);
    expect(b.board.leakDetectors.get('rope')?.status).toEqual({ state: 'Absent', health: 'OK' });
    b.twin.present('rope', true);
    await pass(100);
    const told = b.told();
    expect(told.filter((each) => each.startsWith('LeakDetector'))).toEqual([
      'LeakDetectorDisconnected Warning',
      'LeakDetectorConnected OK',
    ]);
    expect(told.filter((each) => each.startsWith('LeakDetected'))).toEqual([
      'LeakDetectedWarning Warning',
      'LeakDetectedNormal OK',
      'LeakDetectedWarning Warning',
    ]);
  });

  it('switches off the hosts in its chassis after the delay of the descriptor', async () => {
    const b = await startBench({ platform: leaky });
    await b.running();
    b.twin.leak('tray', true);
    await pass(2000);
    b.twin.leak('tray', false);
    await pass(5000);
    expect(b.host.powerState).toBe('On');
    b.twin.leak('tray', true);
    await pass(2900);
    expect(b.host.powerState).toBe('On');
    await pass(2000);
    expect(b.host.powerState).toBe('Off');
    expect(b.events.find(({ message }) => message.endsWith('LeakDetectedCritical'))?.host).toBe('system');
  });

  it('whose line cannot be read is Unavailable', async () => {
    const b = await startBench({
      platform: leaky,
      hardware: ({ gpio }) => ({
        gpio: {
          ...gpio,
          request: (request) =>
            request.line === 'LEAK' ? Promise.reject(new Error('no such line')) : gpio.request(request),
        },
      }),
    });
    const detector = b.board.leakDetectors.get('tray');
    expect(detector?.state).toBe('Unavailable');
    expect(detector?.status).toEqual({ state: 'UnavailableOffline', health: 'Warning' });
  });
});

describe('a leak in a chassis without hosts', () => {
  it('switches off the slot there, and is reported where nothing can be switched off', async () => {
    const platform: Platform = {
      ...bench,
      chassis: [
        ...bench.chassis,
        { id: 'tray', type: 'Sled', containedBy: 'main', switch: { line: 'TRAY_ON' } },
      ],
      lines: {
        ...bench.lines,
        TRAY_ON: { direction: 'out', initial: true },
        WET: { direction: 'in' },
        WET_CARD: { direction: 'in' },
      },
      leakDetectors: [
        { id: 'wet', line: 'WET', type: 'Moisture', chassis: 'tray', reaction: { type: 'GracefulShutdown' } },
        {
          id: 'wet_card',
          line: 'WET_CARD',
          type: 'Moisture',
          chassis: 'card',
          reaction: { type: 'ForceOff' },
        },
      ],
    };
    const b = await startBench({ platform });
    await b.running();
    expect(b.board.chassis.get('tray')?.powerState).toBe('On');
    b.twin.leak('wet', true);
    await pass(3000);
    expect(b.board.chassis.get('tray')?.powerState).toBe('Off');
    expect(b.host.powerState).toBe('On');
    b.twin.leak('wet_card', true);
    await pass(1000);
    expect(b.log).toContain('nothing can be switched off because of a leak');
    expect(b.host.powerState).toBe('On');
  });
});
