/** Virtual machines as hosts: their power level as a line, their power control, and their boot device. */
import type { VirtualMachine, VirtualMachines } from '../../../drivers/qemu/machines.ts';
import type { HostFacts, QemuPowerFacts } from '../../platform/vocabulary/index.ts';
import type { BoardContext } from '../context.ts';
import type { BootOverride } from '../model/power.ts';
import { BoardRefusal } from '../model/refusal.ts';
import { NodeLines, powerLine } from '../nodes/node-lines.ts';
import type { BoardHost } from './host.ts';
import type { HostController } from './host-power.ts';

export interface MachinesParts extends Pick<BoardContext, 'lines' | 'signals' | 'log'> {
  readonly machines: VirtualMachines;
  readonly hosts: ReadonlyMap<string, BoardHost>;
}

interface Managed {
  readonly power: QemuPowerFacts;
  readonly levels: NodeLines;
  machine: VirtualMachine | undefined;
}

export class Machines {
  readonly #parts: MachinesParts;
  readonly #managed = new Map<string, Managed>();

  constructor(parts: MachinesParts) {
    this.#parts = parts;
    // An override for one boot is used up by the boot that has begun with it.
    parts.signals.on('hostBoot', ({ host, phase }) => {
      if (phase === 'began') this.#began(host);
    });
  }

  /** Declares the machine of a host; it is connected from `start` on. */
  add(host: string, power: QemuPowerFacts): void {
    const levels = new NodeLines(power.qmp);
    this.#managed.set(host, { power, levels, machine: undefined });
    this.#parts.lines.addNode(power.qmp, levels);
  }

  start(): void {
    for (const [host, managed] of this.#managed) {
      managed.machine = this.#parts.machines.open(managed.power.qmp, {
        power: (on) => this.#power(host, managed, on),
        restarted: () => this.#parts.hosts.get(host)?.restarted(),
      });
    }
  }

  stop(): void {
    for (const { machine } of this.#managed.values()) machine?.close();
  }

  controllerOf(host: string): HostController {
    return {
      control: async (action) => {
        await this.#of(host).control(action);
      },
    };
  }

  /** Puts the device of an override first. @throws BoardRefusal, DeviceError */
  async setBoot(host: string, boot: BootOverride): Promise<void> {
    const devices = this.#managed.get(host)?.power.bootDevices ?? {};
    const order = Object.values(devices);
    const wanted = boot.enabled === 'Disabled' ? undefined : this.#deviceOf(host, boot);
    await this.#of(host).setBootOrder(
      wanted ?? null,
      order.filter((device) => device !== wanted),
    );
  }

  /** Puts an image into the drive of a host, or empties it (null). @throws BoardRefusal, DeviceError */
  async changeMedium(host: string, file: string | null): Promise<void> {
    const drive = this.#managed.get(host)?.power.mediaDrive;
    if (drive === undefined) throw new BoardRefusal('not-supported', `${host} has no drive for images`);
    await this.#of(host).changeMedium(drive, file);
  }

  #deviceOf(host: string, { target }: BootOverride): string | undefined {
    if (target === 'None') return undefined;
    const devices: Readonly<Record<string, string | undefined>> =
      this.#managed.get(host)?.power.bootDevices ?? {};
    const device = devices[target];
    if (device === undefined)
      throw new BoardRefusal('out-of-range', `${host} has no boot device ${target}: see \`bootDevices\``);
    return device;
  }

  #of(host: string): VirtualMachine {
    const machine = this.#managed.get(host)?.machine;
    if (machine === undefined) throw new BoardRefusal('not-supported', `${host} is no virtual machine`);
    return machine;
  }

  #power(host: string, { levels }: Managed, on: boolean | null): void {
    if (on !== null) {
      const wasUnknown = levels.get(powerLine) === null;
      levels.setLevels(new Map([[powerLine, on]]));
      if (wasUnknown) this.#parts.hosts.get(host)?.power.refresh();
      return;
    }
    levels.markUnknown();
    this.#parts.hosts.get(host)?.power.markUnknown();
  }

  #began(host: string): void {
    const found = this.#parts.hosts.get(host);
    if (found === undefined || !this.#managed.has(host) || found.boot.enabled !== 'Once') return;
    found.bootControl.taken();
    this.setBoot(host, found.boot).catch((error: unknown) => {
      this.#parts.log.warn('the boot order of a virtual machine cannot be restored', {
        host,
        error: String(error),
      });
    });
  }
}

/** The machines of these hosts. */
export function createMachines(hosts: readonly HostFacts[], parts: MachinesParts): Machines {
  const machines = new Machines(parts);
  for (const { id, power } of hosts) if (power.kind === 'qemu') machines.add(id, power);
  return machines;
}
