/** Virtual machines that this controller manages. */
import type { ChassisAction } from 'node-ipmi';

/** What is told of a machine. */
export interface MachineListener {
  /** Whether it runs; null while it cannot be asked. */
  power(on: boolean | null): void;
  /** It was reset by its own operating system or firmware. */
  restarted(): void;
}

export interface VirtualMachine {
  /** Resolves once the machine has accepted it. @throws DeviceError */
  control(action: ChassisAction): Promise<void>;
  /**
   * Devices that the next boot tries, by their QEMU ids: `first` before the others. One of the others that the machine does
   * not have is passed over. @throws DeviceError
   */
  setBootOrder(first: string | null, others: readonly string[]): Promise<void>;
  /** Puts the image at `file` into a drive, or takes what is in it out (null). @throws DeviceError */
  changeMedium(drive: string, file: string | null): Promise<void>;
  close(): void;
}

export interface VirtualMachines {
  /** Begins to manage the machine behind a QMP socket; one that is not there is waited for. */
  open(qmp: string, listener: MachineListener): VirtualMachine;
}
