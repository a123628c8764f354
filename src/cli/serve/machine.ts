/** The machine under the daemon: a board, or its twin with the simulator controls. */
import type { Hardware } from '../../../drivers/hardware.ts';
import type { Logger } from '../../base/logger.ts';
import type { Platform } from '../../platform/vocabulary/index.ts';

export interface Machine {
  readonly hardware: Hardware;
  /** Resolves once a twin has, or has not, mains; never on a board, whose controller loses power with it. */
  mains(on: boolean): Promise<void>;
  close(): Promise<void>;
}

export async function boardMachine(): Promise<Machine> {
  const { linuxHardware } = await import('../../../drivers/linux.ts');
  const hardware = await linuxHardware();
  return { hardware, mains: () => new Promise(() => {}), close: () => hardware.close() };
}

/** @param socket path of the simulator controls. @throws TwinError when another twin listens there */
export async function twinMachine(platform: Platform, socket: string, log: Logger): Promise<Machine> {
  const { createTwin, TwinError } = await import('../../twin/twin.ts');
  const { serveControl } = await import('../../twin/control.ts');
  const twin = createTwin(platform);
  const control = await serveControl(twin, socket).catch((error: unknown) => {
    if (error instanceof TwinError) throw error;
    log.warn('the simulator controls are not available: "redfishd twin" cannot connect', { err: error });
    return null;
  });
  return {
    hardware: twin,
    mains: (wanted) =>
      new Promise((resolve) => {
        if (twin.status().mains === wanted) return resolve();
        const unsubscribe = twin.onMains((on) => {
          if (on !== wanted) return;
          unsubscribe();
          resolve();
        });
      }),
    close: async () => {
      await control?.close();
      await twin.close();
    },
  };
}
