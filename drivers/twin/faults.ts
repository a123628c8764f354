/** What can be broken on purpose, and the list of what is broken now. */

/**
 * - `nack`: the device does not acknowledge. `hang`: a transfer to it does not end before the fault is cleared.
 * - `badPec`: its packet error code is wrong. `allOnes`: it acknowledges, but every byte read is 0xff.
 * - `stuckBus`: no transfer on the bus ends in time. `missingBus`: the machine has no such bus.
 * - `frozen`: the sensor stays at its present value. `noisy`: it wanders by up to ± `amplitude` of its unit.
 * - `deadFan`: the motor stands. `blownSupply`: its output is dead. `lostMains`: nothing has power.
 * - `stuckPowerGood`: the line reads not good (`low`) or good (`high`) whatever the host does.
 * - `ignoreGraceful`: the operating system does not heed the button. `noPost`: firmware never finishes.
 * - `crash`: the operating system is dead until the host is reset or switched off, which ends the fault.
 */
export type Fault =
  | { readonly kind: 'nack' | 'hang' | 'badPec' | 'allOnes'; readonly device: string }
  | { readonly kind: 'stuckBus' | 'missingBus'; readonly bus: number }
  | { readonly kind: 'frozen'; readonly sensor: string }
  | { readonly kind: 'noisy'; readonly sensor: string; readonly amplitude: number }
  | { readonly kind: 'deadFan'; readonly fan: string }
  | { readonly kind: 'blownSupply'; readonly powerSupply: string }
  | { readonly kind: 'lostMains' }
  | { readonly kind: 'stuckPowerGood'; readonly host: string; readonly level: 'low' | 'high' }
  | { readonly kind: 'ignoreGraceful' | 'noPost' | 'crash'; readonly host: string };

export type FaultKind = Fault['kind'];
export type ActiveFault = Fault & { readonly id: string };
