/** One boot override, shown alike by Redfish, the boot flags, Facebook's boot order, and what a node is given. */
import fc from 'fast-check';
import { decodeBootFlags } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import type { BootOverride, BootTarget } from '../../../src/board/model/power.ts';
import { flagBytes } from '../../../src/board/nodes/boot.ts';
import { testHost } from './support.ts';

const byte = fc.integer({ min: 0, max: 255 });
const bytes = (length: number) => fc.array(byte, { minLength: length, maxLength: length });

/** A write by one of the views. */
type Write =
  | { readonly by: 'redfish'; readonly boot: BootOverride }
  | { readonly by: 'flags'; readonly data: number[] }
  | { readonly by: 'order'; readonly data: number[] }
  | { readonly by: 'acknowledge' };

const redfish = fc.record({
  enabled: fc.constantFrom('Disabled' as const, 'Once' as const, 'Continuous' as const),
  target: fc.constantFrom<BootTarget>(
    'None',
    'Pxe',
    'Hdd',
    'Cd',
    'BiosSetup',
    'Usb',
    'UefiHttp',
    'Diags',
    'UefiTarget',
  ),
  mode: fc.constantFrom('Legacy' as const, 'UEFI' as const, null),
  uefiTarget: fc.constantFrom(null, 'PciRoot(0)'),
  httpBootUri: fc.constant(null),
});
const write: fc.Arbitrary<Write> = fc.oneof(
  redfish.map((boot) => ({ by: 'redfish' as const, boot })),
  bytes(5).map((data) => ({ by: 'flags' as const, data })),
  fc
    .tuple(byte, fc.array(fc.constantFrom(0, 1, 2, 3, 4, 9, 255), { minLength: 5, maxLength: 5 }))
    .map(([mode, rest]) => ({ by: 'order' as const, data: [mode, ...rest] })),
  fc.constant({ by: 'acknowledge' as const }),
);

const deviceTargets: Readonly<Record<string, readonly BootTarget[]>> = {
  none: ['None'],
  pxe: ['Pxe', 'UefiHttp'],
  hdd: ['Hdd'],
  hddSafeMode: ['Hdd'],
  remoteHdd: ['Hdd'],
  cd: ['Cd'],
  remoteCd: ['Cd'],
  biosSetup: ['BiosSetup'],
  diagnostics: ['Diags'],
  floppy: ['Usb'],
  remoteFloppy: ['Usb'],
  primaryRemoteMedia: ['Usb'],
};
const orderTargets: Readonly<Record<number, readonly BootTarget[]>> = {
  0: ['Usb'],
  1: ['Pxe', 'UefiHttp'],
  2: ['Hdd'],
  3: ['Cd'],
};

describe('the boot override', () => {
  it('is the same in all views after any sequence of writes', async () => {
    const { ask, board } = testHost();
    const apply = async (given: Write) => {
      if (given.by === 'redfish') await board.setBoot('system', given.boot);
      else if (given.by === 'flags') await ask(0, 0x08, 5, ...given.data);
      else if (given.by === 'order') await ask(0x30, 0x52, ...given.data);
      else await ask(0, 0x08, 4, 1, 0);
    };
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 8 }), async (writes) => {
        for (const each of writes) await apply(each);
        const boot = board.hosts.get('system')?.boot;
        if (boot === undefined) throw new Error('the host has gone');
        const { data } = await ask(0, 0x09, 5, 0, 0);
        const flags = decodeBootFlags(Uint8Array.from(data.slice(2)));
        const order = (await ask(0x30, 0x53)).data;
        const given = decodeBootFlags(Uint8Array.from(flagBytes(boot)));
        const enabled = boot.enabled !== 'Disabled';
        // What a node is given, and what a host reads, decide alike.
        expect([flags.valid, flags.persistent && flags.valid]).toEqual([
          given.valid,
          given.persistent && given.valid,
        ]);
        if (flags.valid) {
          expect(enabled).toBe(true);
          expect(deviceTargets[flags.device ?? '']).toContain(boot.target);
          expect(flags.persistent).toBe(boot.enabled === 'Continuous');
          expect(flags.uefi).toBe(boot.mode !== 'Legacy');
        } else expect(enabled && boot.target !== 'UefiTarget').toBe(false);
        const [mode = 0, first = 0xff] = order;
        expect(order).toHaveLength(6);
        if (mode & 0x80) {
          expect(enabled).toBe(true);
          if (mode & 0x04) expect(boot.target).toBe('BiosSetup');
          else expect(orderTargets[first & 7]).toContain(boot.target);
          expect((mode & 1) !== 0).toBe(boot.mode !== 'Legacy');
        } else expect(enabled && !['None', 'Diags', 'UefiTarget'].includes(boot.target)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  const once = { enabled: 'Once', target: 'Pxe', mode: 'UEFI', uefiTarget: null, httpBootUri: null } as const;
  const setOnce = async () => {
    const host = testHost();
    await host.board.setBoot('system', once);
    return host;
  };

  it('asks firmware to believe it, by the acknowledge bit', async () => {
    const { ask } = await setOnce();
    expect((await ask(0, 0x09, 4, 0, 0)).data).toEqual([1, 4, 0, 1]);
    expect((await ask(0, 0x09, 5, 0, 0)).data).toEqual([1, 5, 0xa0, 0x04, 0, 0, 0]);
  });

  it.each<[string, (host: Awaited<ReturnType<typeof setOnce>>) => Promise<unknown>]>([
    ['clears the flags', ({ ask }) => ask(0, 0x08, 5, 0, 0, 0, 0, 0)],
    ['writes flags without a device', ({ ask }) => ask(0, 0x08, 5, 0x80, 0, 0, 0, 0)],
    [
      'clears the acknowledge bit',
      async ({ ask }) => {
        await ask(0, 0x09, 4, 0, 0);
        await ask(0, 0x08, 4, 1, 0);
      },
    ],
    [
      'sends the order without the valid bit',
      async ({ ask }) => {
        const [mode = 0, ...rest] = (await ask(0x30, 0x53)).data;
        await ask(0x30, 0x52, mode & 0x7f, ...rest);
      },
    ],
  ])('for one boot is used up when firmware %s', async (_, take) => {
    const host = await setOnce();
    await take(host);
    expect(host.board.hosts.get('system')?.boot).toMatchObject({ enabled: 'Disabled', target: 'Pxe' });
    expect(host.events.map(({ message }) => message)).toEqual(['Redfishd.HostTookBootOverride']);
    expect(((await host.ask(0, 0x09, 5, 0, 0)).data[2] ?? 0x80) & 0x80).toBe(0);
  });

  it('for every boot stays when firmware takes the order', async () => {
    const { ask, board } = testHost();
    await board.setBoot('system', { ...once, enabled: 'Continuous' });
    const [mode = 0, ...rest] = (await ask(0x30, 0x53)).data;
    expect(mode).toBe(0x81);
    await ask(0x30, 0x52, mode & 0x7f, ...rest);
    expect(board.hosts.get('system')?.boot.enabled).toBe('Continuous');
    expect((await ask(0x30, 0x53)).data[0]).toBe(0x81);
  });

  it('that was set after the firmware had read the order is for the next boot', async () => {
    const { ask, board } = testHost();
    const [mode = 0, ...rest] = (await ask(0x30, 0x53)).data;
    await board.setBoot('system', once);
    await ask(0x30, 0x52, mode, ...rest);
    expect(board.hosts.get('system')?.boot.enabled).toBe('Once');
  });

  it('keeps what the host has given besides over a restart', async () => {
    const { ask, again } = testHost();
    await ask(0, 0x08, 5, 0xe0, 0x04, 0x42, 0, 3);
    await ask(0x30, 0x52, 1, 2, 1, 0xff, 0xff, 0xff);
    const commands = again();
    const { data } = await commands.handle({ netFn: 0, command: 9, data: Uint8Array.from([5, 0, 0]) });
    expect([...data]).toEqual([1, 5, 0xe0, 0x04, 0x42, 0, 3]);
    expect(commands.boot.order).toEqual([2, 1]);
  });

  it('accepts what provisioning tools send around it', async () => {
    const { ask } = testHost();
    expect((await ask(0, 0x08, 3, 8)).code).toBe(0);
    expect((await ask(0, 0x09, 3, 0, 0)).data).toEqual([1, 3, 8]);
    expect((await ask(0, 0x08, 0, 1)).code).toBe(0);
    expect((await ask(0, 0x08, 0, 1)).code).toBe(0x81);
    expect((await ask(0, 0x08, 0, 2)).code).toBe(0);
    expect((await ask(0, 0x08, 7, 2, 1, 2, 3)).code).toBe(0);
    expect((await ask(0, 0x09, 7, 2, 0)).data.slice(0, 6)).toEqual([1, 7, 2, 1, 2, 3]);
    expect((await ask(0, 0x09, 99, 0, 0)).code).toBe(0x80);
  });
});
