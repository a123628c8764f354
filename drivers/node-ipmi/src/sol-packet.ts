/** Packets of serial over LAN (IPMI v2.0, section 15.9). */
import { copyOf } from './bytes.ts';
/** Serial over LAN packets (IPMI v2.0, section 15.9), both ways. */
export interface SolPacket {
  /** 1 to 15; 0 where the packet only acknowledges. */
  readonly sequence: number;
  /** Sequence of the packet that is acknowledged; 0 is none. */
  readonly acknowledged: number;
  /** Characters of that packet that were taken. */
  readonly accepted: number;
  /** Operation bits from the console, status bits from the controller. */
  readonly flags: number;
  readonly data: Uint8Array;
}

/** Bits of `flags` (table 15-2). The first is both ways. */
export const SOL_FLAGS = {
  nack: 0x40,
  /** From the console. */
  ring: 0x20,
  sendBreak: 0x10,
  ctsPause: 0x08,
  dropCarrier: 0x04,
  flushInbound: 0x02,
  flushOutbound: 0x01,
  /** From the controller. */
  unavailable: 0x20,
  deactivated: 0x10,
  overrun: 0x08,
  breakDetected: 0x04,
} as const;

export function encodeSol({ sequence, acknowledged, accepted, flags, data }: SolPacket): Uint8Array {
  const out = new Uint8Array(4 + data.length);
  out.set([sequence, acknowledged, accepted, flags]);
  out.set(data, 4);
  return out;
}

/** The packet in a payload, or undefined where it is too short. */
export function decodeSol(payload: Uint8Array): SolPacket | undefined {
  const [sequence, acknowledged, accepted, flags] = payload;
  if (sequence === undefined || acknowledged === undefined || accepted === undefined || flags === undefined) {
    return undefined;
  }
  return {
    sequence: sequence & 15,
    acknowledged: acknowledged & 15,
    accepted,
    flags,
    data: copyOf(payload, 4),
  };
}

/** Sequence numbers go 1 to 15 and round. */
export function nextSolSequence(sequence: number): number {
  return (sequence % 15) + 1;
}
