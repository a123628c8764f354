/** A virtual machine in QEMU, switched by QMP: off is a stopped machine that has been reset, as with `-S`. */
import type { ChassisAction } from 'node-ipmi';
import { DeviceError } from '../errors.ts';
import type { MachineListener, VirtualMachine, VirtualMachines } from './machines.ts';
import { Qmp, type QmpEvent } from './qmp.ts';

/** Commands of each action, in order. */
const commands: Readonly<Record<ChassisAction, readonly string[]>> = {
  // The reset makes the boot order count.
  powerUp: ['system_reset', 'cont'],
  powerDown: ['stop', 'system_reset'],
  powerCycle: ['stop', 'system_reset', 'cont'],
  hardReset: ['system_reset'],
  diagnosticInterrupt: ['inject-nmi'],
  softShutdown: ['system_powerdown'],
};

/** States in which the processors run, or would if nobody had interrupted them (QAPI, RunState). */
const poweredStates: readonly string[] = ['running', 'paused', 'suspended', 'watchdog', 'io-error', 'debug'];
/** Not booted from. */
const noIndex = -1;
/** QEMU gives 0 to a kernel of its command line. */
const firstIndex = 1;
/** Firmware may reset a machine several times at its start. Milliseconds. */
const resetPause = 1_000;

export const qemuMachines = (): VirtualMachines => ({
  open: (qmp, listener) => new QemuMachine(qmp, listener),
});

/** A machine may lack a device of its descriptor. */
function passOver(error: unknown): void {
  if (!(error instanceof DeviceError) || error.kind !== 'unsupported') throw error;
}

class QemuMachine implements VirtualMachine {
  readonly #qmp: Qmp;
  readonly #listener: MachineListener;
  #lastReset = Number.NEGATIVE_INFINITY;
  /** An action is in progress: the states within it are no news. */
  #isBusy = false;

  constructor(path: string, listener: MachineListener) {
    this.#listener = listener;
    this.#qmp = new Qmp(path, {
      connected: () => void this.#refresh(),
      disconnected: () => listener.power(null),
      event: (event) => this.#event(event),
    });
  }

  async control(action: ChassisAction): Promise<void> {
    this.#isBusy = true;
    try {
      for (const command of commands[action]) await this.#qmp.send(command);
    } finally {
      this.#isBusy = false;
      await this.#refresh();
    }
  }

  async setBootOrder(first: string | null, others: readonly string[]): Promise<void> {
    const set = (device: string, value: number) =>
      this.#qmp.send('qom-set', {
        path: `/machine/peripheral/${device}`,
        property: 'bootindex',
        value,
      });
    // Two devices cannot have the same index: each gives its own up first.
    for (const device of others) await set(device, noIndex).catch(passOver);
    if (first !== null) {
      await set(first, noIndex);
      await set(first, firstIndex);
    }
    for (const [index, device] of others.entries()) await set(device, firstIndex + 1 + index).catch(passOver);
  }

  async changeMedium(drive: string, file: string | null): Promise<void> {
    if (file === null) await this.#qmp.send('eject', { id: drive, force: true });
    else
      await this.#qmp.send('blockdev-change-medium', {
        id: drive,
        filename: file,
        format: 'raw',
        'read-only-mode': 'read-only',
      });
  }

  close(): void {
    this.#qmp.close();
  }

  #event({ event, data }: QmpEvent): void {
    if (event === 'RESET' && data.guest === true) this.#guestReset();
    else if (!this.#isBusy && ['STOP', 'RESUME', 'SHUTDOWN'].includes(event)) void this.#refresh();
  }

  #guestReset(): void {
    const now = performance.now();
    const isNew = now - this.#lastReset >= resetPause;
    this.#lastReset = now;
    if (isNew) this.#listener.restarted();
  }

  /** Asks for the state; a machine that does not answer is disconnected, which is told then. */
  async #refresh(): Promise<void> {
    const answer = await this.#qmp.send('query-status').catch(() => undefined);
    if (typeof answer !== 'object' || answer === null || !('status' in answer)) return;
    this.#listener.power(poweredStates.includes(String(answer.status)));
  }
}
