/** `hosts[].power`: how a host is switched. */
import { pointer } from '../source/pointer.ts';
import type { Loose, Rules } from './rule.ts';
import {
  duration,
  type Facts,
  kind,
  kinds,
  lineRef,
  object,
  optional,
  ref,
  text,
  withRules,
} from './schema.ts';

const onTimeout = optional(duration('Longest wait for power-good after switching on.'), '10 s');
const offTimeout = optional(duration('Longest wait for power-good to go after a forced off.'), '10 s');
const gracefulTimeout = optional(duration('Longest wait for an orderly shutdown.'), '5 min');

const buttonPower = object(
  {
    kind: kind('gpio'),
    button: lineRef('out', 'Output: power button of the host.'),
    reset: optional(lineRef('out', 'Output: reset button of the host.')),
    nmi: optional(lineRef('out', 'Output: diagnostic interrupt of the host.')),
    good: lineRef('in', 'Input: asserted while the power of the host is good.'),
    onPulse: duration('Press that switches on.'),
    gracefulPulse: optional(duration('Press that asks the operating system to shut down.'), 'as `onPulse`'),
    forceOffPulse: duration('Press that switches off.'),
    resetPulse: optional(duration('Length of a reset.'), '100 ms'),
    nmiPulse: optional(duration('Length of a diagnostic interrupt.'), '100 ms'),
    settle: optional(duration('Time after a press during which `good` is not valid.'), 'none'),
    cycleDelay: duration('Off time of a power cycle.'),
    onTimeout,
    offTimeout,
    gracefulTimeout,
  },
  'Buttons: the daemon presses them, and reads power-good.',
);

export type ButtonPowerFacts = Facts<typeof buttonPower>;

const pulses = ['onPulse', 'gracefulPulse', 'forceOffPulse', 'resetPulse', 'nmiPulse'] as const;

const rules: Rules<Loose<ButtonPowerFacts>> = {
  *pulse(power, path) {
    for (const name of pulses) {
      if (power[name] !== 0) continue;
      const message = `"${name}" has no duration`;
      yield { path: pointer(path, name), message, hint: 'write its length, such as 1 s' };
    }
    const { onPulse, gracefulPulse, forceOffPulse } = power;
    for (const [name, shorter] of Object.entries({ onPulse, gracefulPulse })) {
      if (forceOffPulse === undefined || shorter === undefined || forceOffPulse > shorter) continue;
      const message = `"forceOffPulse" is not longer than "${name}": the host cannot tell them apart`;
      const hint = 'most boards switch off after a press of 4 s or more';
      yield { path: pointer(path, 'forceOffPulse'), message, hint };
    }
  },
};

const relayPower = object(
  {
    kind: kind('relay'),
    line: lineRef('out', 'Output: the host has power while it is asserted.'),
    good: optional(lineRef('in', 'Input: asserted while its power is good.'), 'the level of `line`'),
    cycleDelay: duration('Off time of a power cycle.'),
    onTimeout,
    offTimeout,
  },
  'A relay or load switch that feeds the host, without an orderly shutdown.',
);

const ipmiPower = object(
  {
    kind: kind('ipmi'),
    node: ref('node', 'Node whose controller switches the host.'),
    onTimeout,
    offTimeout,
    gracefulTimeout,
    cycleDelay: optional(duration('Off time of an orderly restart.'), '5 s'),
  },
  'Its own controller switches it (IPMI Chassis Control).',
);

const bootDevice = (what: string) => optional(text(`QEMU id of ${what}.`));

const qemuPower = object(
  {
    kind: kind('qemu'),
    qmp: text('Unix socket of its QEMU Machine Protocol, relative to the directory of the daemon.'),
    bootDevices: optional(
      object(
        {
          Pxe: bootDevice('the network device'),
          Hdd: bootDevice('the disk'),
          Cd: bootDevice('the CD drive'),
          Usb: bootDevice('the USB device'),
        },
        'Devices that it can boot from, in the order in which it tries them.',
      ),
      'none: its boot device cannot be chosen',
    ),
    mediaDrive: optional(text('QEMU id of the CD drive that takes images over Redfish.'), 'no virtual media'),
    onTimeout,
    offTimeout,
    gracefulTimeout,
    cycleDelay: optional(duration('Off time of a power cycle.'), '1 s'),
  },
  'A virtual machine in QEMU.',
);

export const hostPower = kinds(
  [withRules(buttonPower, rules), relayPower, ipmiPower, qemuPower],
  'How the host is switched.',
);

export type HostPowerFacts = Facts<typeof hostPower>;
export type RelayPowerFacts = Facts<typeof relayPower>;
export type IpmiPowerFacts = Facts<typeof ipmiPower>;
export type QemuPowerFacts = Facts<typeof qemuPower>;
