/** System interfaces: the ways by which a host sends IPMI requests to this controller (IPMI v2.0, section 9 and 11). */
import type { IpmiRequest, IpmiResponse } from 'node-ipmi';

/** One way; exactly one property. */
export interface HostInterfaceFacts {
  /** Device of a KCS interface, `/dev/ipmi-kcs3`. */
  readonly kcs?: string;
  /** Device of a BT interface, `/dev/ipmi-bt-host`. */
  readonly bt?: string;
  /** Device of an SSIF interface, `/dev/ipmi-ssif-host`. */
  readonly ssif?: string;
  /** Unix socket to which a virtual machine connects (the VM protocol of OpenIPMI and QEMU). */
  readonly vm?: string;
}

/** What receives the requests of a host. */
export interface HostListener {
  /** Answers a request. Never rejects. */
  answer(request: IpmiRequest): Promise<IpmiResponse>;
  /** The interface has failed, with the reason, or works again (null). */
  failed(fault: string | null): void;
}

/** An open interface. */
export interface HostInterface {
  /** Asks the host to fetch something, or ceases to. */
  attention(on: boolean): void;
  /** The host wants interrupts with attention. */
  interrupts(on: boolean): void;
  close(): Promise<void>;
}

export interface HostInterfaces {
  /** What is there, for people, without opening it: an open interface answers its host. @throws DeviceError as `open` */
  find(facts: HostInterfaceFacts): string;
  /** @throws DeviceError `no-bus` (there is none), `held` (another process has it), `unsupported` */
  open(facts: HostInterfaceFacts, listener: HostListener): Promise<HostInterface>;
}

/** Name of the way and its path. */
export function wayOf(facts: HostInterfaceFacts): readonly [way: keyof HostInterfaceFacts, path: string] {
  for (const way of ['kcs', 'bt', 'ssif', 'vm'] as const) {
    const path = facts[way];
    if (path !== undefined) return [way, path];
  }
  throw new RangeError('an interface names its device: kcs, bt, ssif or vm');
}
