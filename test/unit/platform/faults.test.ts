/** Faults of descriptors: one small board per rule, ¦ at the reported place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPlatform, loadPlatform } from '../../../src/platform/load.ts';
import { checkText, files, head, marked } from './support.ts';

const line = (name: string, direction: 'in' | 'out') => `${name}: { direction: ${direction} }`;
const lines = `lines: { ${line('BUTTON', 'out')}, ${line('GOOD', 'in')} }\n`;
const host = (power: string) => `${lines}hosts:
  - id: system
    chassis: sled
    power: { kind: gpio, button: BUTTON, good: GOOD, cycleDelay: 10 s, ${power} }
`;
const usualHost = host('onPulse: 1 s, forceOffPulse: 6 s');
const buses = 'buses: [{ bus: 1 }, { bus: 2 }]\n';
const mux = '{ id: mux, chip: pca9544, bus: 1, address: 0x71, channels: [16, 17] }';
const devices = (...list: string[]) => `devices:\n${list.map((text) => `  - ${text}\n`).join('')}`;
const tmp75 = (rest: string) =>
  `${buses}${devices(`{ id: t, chip: tmp75, bus: 1, address: 0x48, ${rest} }`)}`;
const limits = (thresholds: string) =>
  tmp75(`sensors: { temperature: { id: T, thresholds: { ${thresholds} } } }`);
const adc = (rest: string) => `adc: [{ channel: 0, sensor: { id: A, ${rest} } }]\n`;

const relays = `lines: { ${['A', 'B', 'L'].map((name) => line(name, 'out')).join(', ')}, ${line('S', 'in')} }
hosts:
  - { id: a, chassis: sled, power: { kind: relay, line: A, cycleDelay: 1 s } }
  - { id: b, chassis: sled, power: { kind: relay, line: B, cycleDelay: 1 s } }
`;

/** A fan and the speed of its rotor, which serves as the reading of loops. */
const cooled = 'fans: [{ id: f, pwm: 0, tachs: [{ tach: 0, sensor: { id: A } }] }]\n';
const loop = (rest: string) => `{ id: l, of: [A], curve: [[0, 20]]${rest} }`;
const zone = (rest: string) => `${cooled}cooling: { zones: [{ id: z, fans: [f], ${rest} }] }\n`;

/** Rule, test name, text after `head`, part of the message, part of the hint. */
const cases: readonly (readonly [string, string, string, string, string])[] = [
  // Text
  ['yaml', 'no closing bracket', 'probe: {¦', 'does not belong here|missing|indentation', ''],
  ['yaml', 'a tab', 'lines:\n¦\tX: 1\n', 'a tab', 'spaces'],
  ['yaml', 'a second document', '¦---\nid: other\n', 'second document', 'two files'],
  ['yaml', 'a tag', 'manufacturer: ¦!secret x\n', 'tag', 'remove'],
  ['duplicate-key', 'a name twice', 'cooling: {}\n¦cooling: {}\n', '"cooling" is defined twice', 'keep one'],
  // Schema
  [
    'unknown-property',
    'a misspelt section',
    '¦devises: []\n',
    'no property "devises"',
    'did you mean "devices"?',
  ],
  [
    'unknown-property',
    'an unknown property',
    `cooling: { ¦zzz: 1 }\n`,
    '"cooling" has no property "zzz"',
    'one of minimumDuty, failSafeDuty, manualLimit, zones',
  ],
  ['unknown-property', 'a name of JavaScript', '¦__proto__: { id: x }\n', '"__proto__"', 'one of'],
  [
    'missing-property',
    'no direction',
    'lines: { A: ¦{ pin: E3 } }\n',
    '"A" has no "direction"',
    'Direction as seen from the controller',
  ],
  [
    'missing-property',
    'no id in a list',
    'fans: [¦{ pwm: 0, tachs: [{ tach: 0, sensor: { id: F } }] }]\n',
    'entry 1 of "fans" has no "id"',
    'add "id"',
  ],
  [
    'type',
    'a number for text',
    'manufacturer: ¦7\n',
    '"manufacturer" is 7, not text',
    'put it in quotes: "7"',
  ],
  ['type', 'no value', 'manufacturer:¦\n', '"manufacturer" is empty, not text', 'write text'],
  ['type', 'a list for a mapping', 'lines: ¦[]\n', '"lines" is a list, not a mapping', ''],
  [
    'type',
    'a fraction',
    'adc: [{ channel: ¦0.5, sensor: { id: A } }]\n',
    '"channel" is 0.5, not a whole number',
    '',
  ],
  ['type', 'infinity', 'cooling: { minimumDuty: ¦.inf }\n', 'Infinity, not a number', ''],
  [
    'value',
    'a value that is not allowed',
    `lines: { A: { direction: ¦inn } }\n`,
    'cannot be "inn"',
    'did you mean "in"?',
  ],
  [
    'value',
    'an unknown kind',
    usualHost.replace('kind: gpio', 'kind: ¦serial'),
    'cannot be "serial"',
    'one of gpio, relay, ipmi',
  ],
  [
    'pattern',
    'an id that no URI can contain',
    `${lines}indicators: [{ id: ¦"a b", kind: fault, line: BUTTON }]\n`,
    'cannot be "a b"',
    'letters, digits',
  ],
  [
    'pattern',
    'an id with dots and slashes',
    'frus: [{ id: ¦../../x, device: e }]\nbuses: [{ bus: 1 }]\ndevices: [{ id: e, chip: 24c64, bus: 1, address: 0x50 }]\n',
    'cannot be "../../x"',
    '',
  ],
  [
    'pattern',
    'a name of a line',
    'lines: { ¦"A B": { direction: in } }\n',
    'cannot hold the name "A B"',
    'letters, digits',
  ],
  ['range', 'too large', 'buses: [{ bus: ¦256 }]\n', '"bus" is 256', 'at most 255'],
  [
    'range',
    'too small',
    `${buses}${devices('{ id: t, chip: tmp75, bus: 1, address: ¦2 }')}`,
    '"address" is 2',
    'at least 3',
  ],
  [
    'range',
    'zero',
    'adc: [{ channel: 0, divider: ¦0, sensor: { id: A } }]\n',
    '"divider" is 0',
    'more than 0',
  ],
  ['range', 'empty text', `manufacturer: ¦""\n`, 'is empty', 'remove the property'],
  ['range', 'an empty list', 'fans: [{ id: f, pwm: 0, tachs: ¦[] }]\n', 'too few', 'at least 1'],
  [
    'unknown-chip',
    'no such chip',
    `${buses}${devices('{ id: t, chip: ¦tmp76, bus: 1, address: 0x48 }')}`,
    'no device chip "tmp76"',
    'did you mean "tmp75"?',
  ],
  [
    'unknown-chip',
    'a mux as a device',
    `${buses}${devices('{ id: t, chip: ¦pca9544, bus: 1, address: 0x48 }')}`,
    'no device chip "pca9544"',
    '',
  ],
  ['unit', 'no unit', tmp75('poll: ¦5'), '"poll" has no unit: 5', 'us, ms, s, min, h; for example 1 s'],
  [
    'unit',
    'another dimension',
    tmp75('poll: ¦5 Hz'),
    '"poll" is the text "5 Hz", not a quantity',
    'for example 1 s',
  ],
  [
    'unit',
    'the wrong case',
    'buses: [{ bus: 1, speed: ¦100 khz }]\n',
    'not a quantity',
    'did you mean "100 kHz"?',
  ],
  ['unit', 'below zero', 'buses: [{ bus: 1, timeout: ¦-5 ms }]\n', 'not a quantity', ''],
  // Names
  [
    'reference',
    'no such chassis',
    tmp75('chassis: ¦slad'),
    'there is no chassis "slad"',
    'did you mean "sled"?',
  ],
  [
    'reference',
    'no such line',
    usualHost.replace('good: GOOD', 'good: ¦GOD'),
    'there is no line "GOD"',
    'did you mean "GOOD"?',
  ],
  ['reference', 'no such host', tmp75('poweredBy: ¦h'), 'there is no host "h"', 'there is none'],
  [
    'reference',
    'no such device',
    'frus: [{ id: F, device: ¦e }]\n',
    'there is no device "e"',
    'there is none',
  ],
  ['reference', 'no such FRU', 'probe: { fru: ¦MB, product: x }\n', 'there is no FRU "MB"', 'there is none'],
  [
    'reference',
    'no such sensor',
    'powerSupplies: [{ id: P, type: DC, outputPower: ¦W }]\n',
    'there is no sensor "W"',
    'there is none',
  ],
  [
    'direction',
    'an input used as an output',
    usualHost.replace('button: BUTTON', 'button: ¦GOOD'),
    'line "GOOD" is an input, not an output',
    'direction: out',
  ],
  [
    'direction',
    'an output used as an input',
    usualHost.replace('good: GOOD', 'good: ¦BUTTON'),
    'line "BUTTON" is an output, not an input',
    'direction: in',
  ],
  [
    'duplicate-id',
    'two fans',
    'fans:\n  - { id: f, pwm: 0, tachs: [{ tach: 0, sensor: { id: A } }] }\n  - { id: ¦f, pwm: 1, tachs: [{ tach: 1, sensor: { id: B } }] }\n',
    'another fan "f"',
    'id of its own',
  ],
  [
    'duplicate-id',
    'a mux and a device',
    `${buses}muxes: [${mux}]\n${devices('{ id: ¦mux, chip: tmp75, bus: 2, address: 0x48 }')}`,
    'another device "mux"',
    '',
  ],
  [
    'duplicate-id',
    'sensors of different sections',
    `${tmp75('sensors: { temperature: { id: A } }')}adc: [{ channel: 0, sensor: { id: ¦A } }]\n`,
    'another sensor "A"',
    '',
  ],
  [
    'duplicate-id',
    'two sensors of one second source',
    tmp75(
      'sensors: { temperature: { id: A } }, alternatives: [{ chip: tmp421, sensors: { local: { id: A }, remote1: { id: ¦A } } }]',
    ),
    'another sensor "A"',
    '',
  ],
  [
    'duplicate-id',
    'sockets',
    `${usualHost}    processors: { sockets: [{ id: c, present: GOOD }, { id: ¦c, present: GOOD }] }\n`,
    'another socket "c"',
    '',
  ],
  [
    'probe-pattern',
    'no regular expression',
    `${buses}${devices('{ id: e, chip: 24c64, bus: 1, address: 0x50 }')}frus: [{ id: MB, device: e }]\nprobe: { fru: MB, product: ¦'(' }\n`,
    'does not compile',
    'regular expression',
  ],
  // Buses
  [
    'missing-mux',
    'an undeclared bus',
    `${buses}${devices('{ id: t, chip: tmp75, bus: ¦16, address: 0x48 }')}`,
    'bus 16 is neither in "buses" nor a channel of a mux',
    'declared are 1, 2',
  ],
  ['missing-mux', 'a second source on an undeclared bus', tmp75('alternatives: [{ bus: ¦9 }]'), 'bus 9', ''],
  [
    'duplicate-bus',
    'a channel with the number of a bus',
    `${buses}muxes: [{ id: m, chip: pca9544, bus: 1, address: 0x71, channels: [16, ¦2] }]\n`,
    'another bus 2',
    '',
  ],
  [
    'mux-channels',
    'more channels than the chip has',
    `${buses}muxes: [{ id: m, chip: pca9543, bus: 1, address: 0x71, channels: ¦[16, 17, 18] }]\n`,
    'pca9543 has 2 channels, not 3',
    'at most 2',
  ],
  [
    'cycle',
    'a mux behind itself',
    `muxes: [{ id: m, chip: pca9543, bus: ¦16, address: 0x71, channels: [16] }]\n`,
    'mux "m" is behind its own channel, bus 16',
    '',
  ],
  [
    'address-clash',
    'two on one bus',
    `${buses}${devices('{ id: a, chip: tmp75, bus: 1, address: 0x48 }', '{ id: b, chip: tmp75, bus: 1, address: ¦0x48 }')}`,
    '"a" is at 0x48 of bus 1 as well',
    'alternatives',
  ],
  [
    'address-clash',
    'a device and the mux before it',
    `${buses}muxes: [${mux}]\n${devices('{ id: a, chip: tmp75, bus: 16, address: ¦0x71 }')}`,
    'mux "mux" is at 0x71 of bus 1, which a mux connects with 0x71 of bus 16',
    '',
  ],
  [
    'address-clash',
    'before and behind a mux',
    `${buses}muxes: [${mux}]\n${devices('{ id: a, chip: tmp75, bus: 17, address: 0x48 }', '{ id: b, chip: tmp75, bus: 1, address: ¦0x48 }')}`,
    '"a" is at 0x48 of bus 17',
    '',
  ],
  [
    'address-clash',
    'within the addresses of a large EEPROM',
    `${buses}${devices('{ id: e, chip: 24c16, bus: 1, address: 0x50 }', '{ id: b, chip: 24c02, bus: 1, address: ¦0x57 }')}`,
    '"e" is at 0x57',
    '',
  ],
  [
    'address-clash',
    'a second source at the address of another device',
    `${buses}${devices('{ id: a, chip: tmp75, bus: 1, address: 0x48 }', '{ id: b, chip: tmp75, bus: 1, address: 0x49, alternatives: [{ address: ¦0x48 }] }')}`,
    '"a" is at 0x48',
    '',
  ],
  [
    'address-clash',
    'a satellite controller',
    `${tmp75('')}ipmb: [{ id: me, bus: 1, address: ¦0x48, sensors: [] }]\n`,
    '"t" is at 0x48',
    '',
  ],
  // Chips
  [
    'unknown-channel',
    'a misspelt channel',
    tmp75('sensors: { ¦temperatur: { id: T } }'),
    'tmp75 has no channel "temperatur"',
    'did you mean "temperature"?',
  ],
  [
    'unknown-channel',
    'a channel of an EEPROM',
    `${buses}${devices('{ id: e, chip: 24c64, bus: 1, address: 0x50, sensors: { ¦local: { id: T } } }')}`,
    '24c64 has no channel "local"',
    'there is none',
  ],
  [
    'unknown-channel',
    'a channel that a second source lacks',
    tmp75('sensors: { temperature: { id: T } }, alternatives: [{ chip: ¦tmp421 }]'),
    'tmp421 has no channel "temperature"',
    'local',
  ],
  [
    'missing-shunt',
    'none',
    `${buses}${devices('¦{ id: i, chip: ina230, bus: 1, address: 0x40, sensors: { power: { id: P } } }')}`,
    'ina230 cannot be read without the value of its shunt',
    'shunt: 2 mOhm',
  ],
  [
    'missing-shunt',
    'a shunt of 0 Ohm',
    `${buses}${devices('{ id: i, chip: ina230, bus: 1, address: 0x40, shunt: ¦0 Ohm, sensors: { power: { id: P } } }')}`,
    '"shunt" is 0',
    '',
  ],
  [
    'missing-reference',
    'none',
    `${buses}${devices('¦{ id: i, chip: max11617, bus: 1, address: 0x35, sensors: { in3: { id: V } } }')}`,
    'max11617 cannot be read without the value of its reference',
    'reference: 3.3 V',
  ],
  [
    'fru-device',
    'a sensor chip as inventory',
    `${tmp75('')}frus: [{ id: F, device: ¦t }]\n`,
    '"t" is the chip tmp75, which holds no inventory',
    '24c64',
  ],
  [
    'shared-output',
    'one button for two hosts',
    `lines: { B: { direction: out }, G: { direction: in } }
hosts:
  - { id: a, chassis: sled, power: { kind: gpio, button: B, good: G, onPulse: 1 s, forceOffPulse: 6 s, cycleDelay: 1 s } }
  - { id: b, chassis: sled, power: { kind: gpio, button: ¦B, good: G, onPulse: 1 s, forceOffPulse: 6 s, cycleDelay: 1 s } }
`,
    'line "B" is already "power.button" of host "a", and cannot be "power.button" of host "b" as well',
    'name another line',
  ],
  [
    'shared-output',
    'a relay that is a light as well',
    `lines: { R: { direction: out } }
hosts: [{ id: a, chassis: sled, power: { kind: relay, line: R, cycleDelay: 1 s } }]
indicators: [{ id: l, kind: fault, line: ¦R }, { id: m, kind: power, line: ¦R }]
`,
    '"power.line" of host "a", and cannot be "line" of indicator "l" as well',
    '',
  ],
  [
    'duplicate-line',
    'a kernel line under two names',
    'lines: { A: { direction: in, line: x }, B: { direction: in, line: ¦x } }\n',
    'another entry is the kernel\'s line "x" as well',
    'use one entry',
  ],
  [
    'duplicate-line',
    'the kernel name of another line',
    'lines: { A: { direction: in, line: B }, ¦B: { direction: in } }\n',
    'another entry is the kernel\'s line "B" as well',
    '',
  ],
  [
    'duplicate-line',
    'two lines on one pin',
    'lines: { A: { direction: in, pin: E3 }, B: { direction: in, pin: ¦E3 } }\n',
    'another line is on pin E3 as well',
    '',
  ],
  [
    'kernel-behind-redfishd',
    'a mux that the kernel cannot reach',
    `buses: [{ bus: 1 }]
muxes:
  - { id: M, chip: pca9546, bus: 1, address: 0x70, channels: [10, 11] }
  - { id: N, chip: pca9546, bus: 10, address: 0x71, channels: [20], driver: ¦kernel }
`,
    'the kernel cannot drive mux "N": it is behind "M", which redfishd switches',
    'driver: redfishd',
  ],
  [
    'shared-input',
    'a tachometer for two rotors',
    'fans: [{ id: f, pwm: 0, tachs: [{ tach: 0, sensor: { id: A } }, { tach: ¦0, sensor: { id: B } }] }]\n',
    'another rotor is on tachometer 0',
    '',
  ],
  [
    'shared-input',
    'an ADC channel for two rails',
    'adc: [{ channel: 3, sensor: { id: A } }, { channel: ¦3, sensor: { id: B } }]\n',
    'another rail is on ADC channel 3',
    '',
  ],
  // Fan control
  [
    'fan-output',
    'nothing that drives a fan',
    'fans: [¦{ id: f, tachs: [{ tach: 0, sensor: { id: A } }] }]\n',
    'no property defines what drives the fan',
    '"pwm", "output"',
  ],
  [
    'fan-rotors',
    'rotors twice',
    'fans: [¦{ id: f, pwm: 0, rotors: [A], tachs: [{ tach: 0, sensor: { id: A } }] }]\n',
    'both define the rotors',
    '"tachs", "rotors"',
  ],
  [
    'fan-channel',
    'an output that the chip does not have',
    `${tmp75('sensors: { temperature: { id: T } }')}fans: [{ id: f, output: { device: t, channel: ¦pwm1 }, rotors: [T] }]\n`,
    'tmp75 has no output "pwm1"',
    'CHIPS.md',
  ],
  [
    'fan-in-one-zone',
    'a fan in two zones',
    `${cooled}cooling: { zones: [{ id: a, fans: [f], loops: [${loop('')}] }, { id: b, fans: [¦f], loops: [${loop('')}] }] }\n`,
    'fan "f" is in a zone already',
    'remove it',
  ],
  ['period', 'too short a period', zone(`period: ¦50 ms, loops: [${loop('')}]`), 'too short', '1 s is usual'],
  [
    'reference',
    'an unknown fan',
    `${cooled}cooling: { zones: [{ id: a, fans: [¦g], loops: [${loop('')}] }] }\n`,
    'no fan "g"',
    'f',
  ],
  [
    'reference',
    'an unknown input',
    zone('loops: [{ id: l, of: [¦Z], curve: [[0, 20]] }]'),
    'no sensor "Z"',
    '',
  ],
  [
    'loop-inputs',
    'no inputs',
    zone('loops: [¦{ id: l, curve: [[0, 20]] }]'),
    'no property defines the inputs',
    'ofNodes',
  ],
  [
    'curve',
    'readings that fall',
    zone('loops: [{ id: l, of: [A], curve: [[30, 20], [¦20, 30]] }]'),
    'does not follow 30',
    'order',
  ],
  [
    'curve',
    'a duty that falls',
    zone('loops: [{ id: l, of: [A], curve: [[20, 30], [30, ¦20]] }]'),
    'the duty falls from 30 to 20',
    'hotter',
  ],
  [
    'curve',
    'a duty above all',
    zone('loops: [{ id: l, of: [A], curve: [[20, ¦120]] }]'),
    'a duty is 120',
    '0 to 100',
  ],
  [
    'range',
    'a point of three',
    zone('loops: [{ id: l, of: [A], curve: [¦[20, 30, 40]] }]'),
    'too many',
    'at most 2',
  ],
  [
    'loop-target',
    'gains without a target',
    zone(`loops: [¦${loop(', proportional: 2')}]`),
    'gains and no target',
    'add "target"',
  ],
  [
    'loop-target',
    'a target without gains',
    zone(`loops: [${loop(', target: ¦60')}]`),
    'nothing keeps the target',
    'proportional',
  ],
  [
    'loop-of-itself',
    'an input that stands in for itself',
    zone(`loops: [${loop(', substitute: { of: [¦A], curve: [[0, 50]] }')}]`),
    '"A" stands in for itself',
    'another device',
  ],
  [
    'coefficients',
    'a polynomial without coefficients',
    `${cooled}derivedSensors: [¦{ id: D, quantity: Temperature, operation: polynomial, inputs: [A] }]\n`,
    'no coefficients',
    'constant first',
  ],
  [
    'coefficients',
    'a sum with coefficients',
    `${cooled}derivedSensors: [{ id: D, quantity: Temperature, operation: sum, inputs: [A], ¦coefficients: [1] }]\n`,
    'a sum has no coefficients',
    'remove',
  ],
  [
    'peci-value',
    'an unknown value of a processor',
    'peci: [{ id: c, address: 0x30, sensors: { ¦tjmax: { id: T } } }]\n',
    'no value "tjmax"',
    'tjMax',
  ],
  // Numbers
  [
    'threshold-order',
    'critical below caution',
    limits('upperCaution: 90, upperCritical: ¦80'),
    'upperCritical 80 is below upperCaution 90',
    'in ascending order: lowerFatal',
  ],
  [
    'threshold-order',
    'fatal above critical below',
    limits('lowerCritical: ¦1, lowerFatal: 2'),
    'lowerCritical 1 is below lowerFatal 2',
    '',
  ],
  [
    'threshold-order',
    'no room between the sides',
    limits('lowerCaution: 10, upperCaution: ¦10'),
    'upperCaution 10 is not above lowerCaution 10',
    '',
  ],
  ['range-order', 'min above max', adc('range: ¦{ min: 5, max: 1 }'), 'min 5 is not below max 1', 'swap'],
  ['poll', 'a period that is too short', adc('poll: ¦49 ms'), '49 ms is too short', 'between 50 ms and 24 h'],
  ['poll', 'a period that is too long', tmp75('poll: ¦25 h'), 'too long', ''],
  ['pulse', 'no duration', host('onPulse: ¦0 s, forceOffPulse: 6 s'), '"onPulse" has no duration', ''],
  [
    'pulse',
    'a forced off as long as an on',
    host('onPulse: 6 s, forceOffPulse: ¦6 s'),
    '"forceOffPulse" is not longer than "onPulse"',
    '4 s',
  ],
  [
    'pulse',
    'a forced off as long as a graceful one',
    host('onPulse: 1 s, gracefulPulse: 7 s, forceOffPulse: ¦6 s'),
    'not longer than "gracefulPulse"',
    '',
  ],
  [
    'value',
    'an unknown kind of switching',
    `hosts: [{ id: a, chassis: sled, power: { kind: ¦relais, line: L, cycleDelay: 1 s } }]\nlines: { L: { direction: out } }\n`,
    '"kind" cannot be "relais"',
    'relay',
  ],
  [
    'missing-property',
    'no kind of switching',
    `hosts: [{ id: a, chassis: sled, power: ¦{ line: L, cycleDelay: 1 s } }]\nlines: { L: { direction: out } }\n`,
    '"power" has no "kind"',
    'gpio, relay',
  ],
  [
    'one-source',
    'a light without a source',
    'indicators: [¦{ id: a, kind: fault }]\n',
    'no property defines the light of "a"',
    'write exactly one of "line", "led", "node"',
  ],
  [
    'one-source',
    'a light with two sources',
    'indicators: [¦{ id: a, kind: fault, line: L, led: l }]\nlines: { L: { direction: out } }\n',
    '"line" and "led" both define the light of "a"',
    'write exactly one of',
  ],
  [
    'one-source',
    'an inventory without storage',
    'frus: [¦{ id: a }]\n',
    'no property defines the storage of the inventory of "a"',
    'write exactly one of "device", "node"',
  ],
  ['reference', 'a missing node', 'frus: [{ id: a, node: ¦b }]\n', 'there is no node "b"', ''],
  [
    'own-address',
    'two addresses of the manager on one bus',
    'nodes:\n  - { id: a, link: { kind: ipmb, bus: 2, address: 0x20 } }\n  - { id: b, link: { kind: ipmb, bus: 2, address: 0x21, own: ¦0x12 } }\nbuses: [{ bus: 2 }]\n',
    'this manager has address 0x12 on bus 2, and 0x10 there for "a"',
    'the same "own" address',
  ],
  [
    'own-address',
    'an address of the manager for one of two nodes',
    'nodes:\n  - { id: a, link: { kind: ipmb, bus: 2, address: 0x20, own: 0x12 } }\n  - { id: b, link: { kind: ipmb, bus: 2, address: ¦0x21 } }\nbuses: [{ bus: 2 }]\n',
    'this manager has address 0x10 on bus 2, and 0x12 there for "a"',
    'the same "own" address',
  ],
  [
    'node-use',
    'a line of a node that is not a bridge IC',
    'nodes: [{ id: a, link: { kind: ipmb, bus: 2, address: 0x20 } }]\nbuses: [{ bus: 2 }]\nlines: { L: { direction: in, node: ¦a, bit: 3 } }\n',
    'node "a" is not a bridge IC',
    'add "bridgeIc" to the node',
  ],
  [
    'node-use',
    'a line of a bridge IC without its number',
    'nodes: [{ id: a, bridgeIc: meta, link: { kind: ipmb, bus: 2, address: 0x20 } }]\nbuses: [{ bus: 2 }]\nlines: { L: ¦{ direction: in, node: a } }\n',
    '"node" is given without "bit"',
    'a bridge IC needs both',
  ],
  [
    'panel-use',
    'a hand switch with too few contacts',
    `${relays}panel: { select: { lines: [S], hosts: [a, b, ¦a] } }\n`,
    '1 contacts have no position for "a"',
    'list every contact',
  ],
  [
    'panel-use',
    'a press for service that is too short',
    `${relays}panel: { select: { lines: [S], hosts: [a, b] }, servicePress: ¦4 s }\n`,
    '"servicePress" is not longer than "longPress"',
    '',
  ],
  [
    'panel-use',
    'a long press that is as long as one for service',
    `${relays}panel: { select: { lines: [S], hosts: [a, b] }, longPress: ¦12 s }\n`,
    '"servicePress" is not longer than "longPress"',
    '',
  ],
  [
    'shared-output',
    'a lamp of the panel that is a relay',
    `${relays}panel: { select: { lines: [S], hosts: [a] }, lamps: [{ host: a, power: ¦A, fault: L }] }\n`,
    '"power.line" of host "a", and cannot be "panel.lamps.0.power" as well',
    '',
  ],
  [
    'reference',
    'a panel that selects a missing host',
    `${relays}panel: { select: { lines: [S], hosts: [¦c] } }\n`,
    'there is no host "c"',
    '',
  ],
  [
    'direction',
    'a hand switch that is an output',
    `${relays}panel: { select: { lines: [¦L], hosts: [a] } }\n`,
    'line "L" is an output, not an input',
    '',
  ],
  [
    'address-clash',
    'two nodes at one address',
    'nodes: [{ id: a, link: { kind: ipmb, bus: 2, address: 0x20 } }, { id: b, link: { kind: ipmb, bus: 2, address: ¦0x20 } }]\nbuses: [{ bus: 2 }]\n',
    '"a" is at 0x20 of bus 2 as well',
    '',
  ],
  [
    'line-use',
    '"keep" for an input',
    'lines: { A: { direction: in, ¦keep: true } }\n',
    '"keep" has no meaning for an input',
    '',
  ],
  [
    'line-use',
    '"initial" for an input',
    'lines: { A: { direction: in, ¦initial: true } }\n',
    '"initial" has no meaning for an input',
    'remove it',
  ],
  [
    'line-use',
    '"debounce" for an output',
    'lines: { A: { direction: out, ¦debounce: 5 ms } }\n',
    '"debounce" has no meaning for an output',
    '',
  ],
  [
    'cycle',
    'a derived sensor that is calculated from itself',
    `${tmp75('sensors: { temperature: { id: T } }')}derivedSensors: [{ id: A, quantity: Temperature, operation: mean, inputs: ¦[T, B] }, { id: B, quantity: Temperature, operation: sum, inputs: ¦[A] }]\n`,
    'derived sensor "A" is calculated from itself',
    'remove it',
  ],
  [
    'operands',
    'a difference of one sensor',
    `${tmp75('sensors: { temperature: { id: T } }')}derivedSensors: [{ id: A, quantity: Temperature, operation: difference, inputs: ¦[T] }]\n`,
    'a difference has at least two inputs',
    'add the sensor to subtract',
  ],
  [
    'operands',
    'a product without an input',
    `${tmp75('sensors: { temperature: { id: T } }')}derivedSensors: [{ id: A, quantity: Temperature, operation: product, inputs: [T], ¦skipAbsent: true }]\n`,
    'a product needs every input',
    'remove it',
  ],
  [
    'reference',
    'a derived sensor of a missing sensor',
    'derivedSensors: [{ id: A, quantity: Power, operation: sum, inputs: [¦B] }]\n',
    'there is no sensor "B"',
    'did you mean "A"?',
  ],
  [
    'threshold-order',
    'thresholds of a derived sensor',
    `${tmp75('sensors: { temperature: { id: T } }')}derivedSensors: [{ id: A, quantity: Temperature, operation: sum, inputs: [T], thresholds: { upperCaution: 9, upperCritical: ¦8 } }]\n`,
    'upperCritical 8 is below upperCaution 9',
    '',
  ],
  [
    'range',
    'a cipher suite that is not offered',
    'nodes: [{ id: a, link: { kind: lan, host: h, user: u, secret: s, suites: [¦5] } }]\n',
    'entry 1 of "suites" is 5',
    'one of 17, 3',
  ],
  [
    'range',
    'a user name that IPMI cannot hold',
    'nodes: [{ id: a, link: { kind: lan, host: h, user: ¦abcdefghijklmnopq, secret: s } }]\n',
    '"user" has 17 characters',
    'at most 16',
  ],
];

describe('faults', () => {
  it.each(cases)('%s: %s', (rule, _, rest, message, hint) => {
    const { text, places } = marked(head + rest);
    const { platform, faults } = checkText(text);
    const found = faults.map((fault) => [fault.rule, `${fault.line}:${fault.column}`]);
    expect(found).toEqual(places.map((place) => [rule, place]));
    expect(platform).toBeUndefined();
    expect(faults[0]?.message).toMatch(new RegExp(message.replace(/[{}()[\].*+?$^]/g, '\\$&')));
    expect(faults[0]?.hint).toContain(hint);
  });

  it('reports both chassis of a cycle', () => {
    const chassis = `chassis:
  - { id: a, type: Sled, containedBy: ¦b }
  - { id: b, type: Rack, containedBy: ¦a }
  - { id: c, type: Card, containedBy: a }
`;
    const { text, places } = marked(`id: x\nname: X\nmanager: { id: bmc }\n${chassis}`);
    const { faults } = checkText(text);
    expect(faults.map(({ rule, line, column }) => [rule, `${line}:${column}`])).toEqual(
      places.map((place) => ['cycle', place]),
    );
    expect(faults[0]?.message).toBe('chassis "a" is inside itself');
  });

  it('reports a device that cannot cycle the power of a chassis', () => {
    const { text, places } = marked(`id: x
name: X
manager: { id: bmc }
chassis:
  - { id: a, type: Sled, cycle: { device: ¦t } }
  - { id: b, type: Sled, ¦cycle: { device: h }, switch: { line: L } }
  - { id: c, type: Sled, cycle: { device: g } }
buses: [{ bus: 1 }]
devices:
  - { id: t, chip: tmp75, bus: 1, address: 0x48 }
  - { id: h, chip: adm1278, bus: 1, address: 0x40 }
  - { id: g, chip: adm1278, bus: 1, address: 0x41, alternatives: [{ chip: ltc4282, address: 0x42 }] }
lines: { L: { direction: out } }
`);
    const { faults } = checkText(text);
    expect(faults.map(({ rule, line, column }) => [rule, `${line}:${column}`])).toEqual([
      ['cycle-device', places[0]],
      ['cycle-device', places[1]],
    ]);
    expect(faults.map(({ message }) => message)).toEqual([
      '"t" is the chip tmp75, which cannot cycle the power behind it',
      '"switch" and "cycle" both define how its power is cycled',
    ]);
  });

  it('reports a switch on a line that it feeds, and a line that two switches use', () => {
    const { text, places } = marked(`id: x
name: X
manager: { id: bmc }
chassis:
  - { id: a, type: Sled, switch: { line: ¦L, good: ¦G } }
  - { id: b, type: Card, containedBy: a }
  - { id: c, type: Sled, switch: { line: K, ¦serviced: S } }
  - { id: d, type: Sled, switch: { line: ¦K } }
lines:
  L: { direction: out, chassis: b }
  K: { direction: out }
  G: { direction: in, chassis: a }
  S: { direction: in }
`);
    const { faults } = checkText(text);
    expect(faults.map(({ rule, line, column }) => [rule, `${line}:${column}`])).toEqual(
      ['slot-use', 'slot-use', 'slot-use', 'shared-output'].map((rule, at) => [rule, places[at]]),
    );
    expect(faults.map(({ message }) => message)).toEqual([
      'line "L" is on a chip that "a" feeds: without that power it does not exist',
      'line "G" is on a chip that "a" feeds: without that power it does not exist',
      '"serviced" has no meaning without "latch"',
      'line "K" is already "switch.line" of chassis "c", and cannot be "switch.line" of chassis "d" as well',
    ]);
  });

  it('reports every fault of a file in one run, in the order of the file', () => {
    const { text, places } = marked(`id: ¦bad board
name: ¦7
¦colour: red
manager: { id: bmc, chassis: ¦slad }
chassis: [{ id: sled, type: ¦Sledge }]
buses: [{ bus: 1, speed: ¦100 }, { bus: ¦1 }]
devices:
  - { id: a, chip: ¦tmp42, bus: 1, address: 0x48 }
  - { id: b, chip: tmp75, bus: 1, address: ¦0x48, sensors: { ¦local: { id: X, poll: ¦1 ms } } }
  - id: ¦b
    chip: tmp75
    address: ¦
    bus: ¦9
lines: { PG: { direction: in } }
`);
    const { faults } = checkText(text);
    expect(faults.map(({ line, column }) => `${line}:${column}`)).toEqual(places);
    expect(new Set(faults.map(({ rule }) => rule)).size).toBeGreaterThan(9);
  });

  it('gives the JSON pointer of a fault', () => {
    const { faults } = checkText(
      `${head}lines: { A: { direction: inn } }\nadc: [{ channel: 99, sensor: { id: A } }]\n`,
    );
    expect(faults.map(({ path }) => path)).toEqual(['/lines/A/direction', '/adc/0/channel']);
  });

  it('allows second sources to share addresses and sensors, and channels of one mux to share addresses', () => {
    const { faults } = checkText(`${head}${buses}muxes: [${mux}]
devices:
  - id: a
    chip: tmp75
    bus: 16
    address: 0x48
    sensors: { temperature: { id: T } }
    alternatives:
      - { chip: tmp421, sensors: { local: { id: T } } }
      - { address: 0x49 }
  - { id: b, chip: tmp75, bus: 17, address: 0x48 }
`);
    expect(faults).toEqual([]);
  });

  it('reports a fault of an aliased value at its anchor, once per use', () => {
    const { text, places } = marked(`${head}adc:
  - { channel: 0, sensor: { id: A, thresholds: &limits { upperCritical: ¦x } } }
  - { channel: 1, sensor: { id: B, thresholds: *limits } }
`);
    const { faults } = checkText(text);
    expect(faults.map(({ line, column }) => `${line}:${column}`)).toEqual([...places, ...places]);
  });
});

describe('aliases', () => {
  it.each([
    ['in itself', 'adc: &a [¦*a]\n', 'the alias *a contains itself'],
    ['without an anchor', 'adc: [¦*a]\n', 'no anchor "&a" precedes this alias'],
    ['before its anchor', 'adc: [¦*a]\nfans: &a []\n', 'no anchor "&a" precedes this alias'],
  ])('%s', (_, rest, message) => {
    const { text, places } = marked(head + rest);
    const [first] = checkText(text).faults.filter(({ rule }) => rule === 'yaml');
    expect([`${first?.line}:${first?.column}`, first?.message]).toEqual([...places, message]);
  });
});

describe('a file that is no descriptor', () => {
  const bomb = ['a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]'];
  for (let name = 'a'; name < 'i'; ) {
    const next = String.fromCharCode(name.charCodeAt(0) + 1);
    bomb.push(`${next}: &${next} [${Array(9).fill(`*${name}`).join(', ')}]`);
    name = next;
  }

  it.each([
    ['is empty', '', 'the file is empty'],
    ['has only a comment', '# nothing\n', 'the file is empty'],
    ['is not text', new Uint8Array([0xff, 0xfe, 0x00]), 'the file is not UTF-8 text'],
    ['is too large', '#'.repeat(2 << 20), 'the file is larger than 1 MiB'],
    ['is a list', '- id: x\n', 'the descriptor is a list, not a mapping of names to values'],
    ['is a word', 'hello\n', 'the descriptor is the text "hello", not a mapping of names to values'],
    ['expands to too many values', `${bomb.join('\n')}\n`, 'the file has too many values'],
  ])('%s', (_, content, message) => {
    const { platform, faults } = checkText(content);
    expect(platform).toBeUndefined();
    expect(faults.map((fault) => fault.message)).toEqual([message]);
  });

  it('is missing or a directory', () => {
    const place = files({});
    expect(checkPlatform(place).faults).toMatchObject([{ file: place, message: 'the file is a directory' }]);
    const missing = `${place}/none.yaml`;
    expect(checkPlatform(missing).faults).toMatchObject([
      { file: missing, line: 1, column: 1, rule: 'file', message: 'the file does not exist' },
    ]);
  });
});

describe('a damaged descriptor', () => {
  const whole = `${head}${tmp75('sensors: { temperature: { id: T, poll: 1 s } }')}${usualHost}`;

  it('gives faults or a board, never an exception', () => {
    const damage = fc.tuple(
      fc.nat(whole.length),
      fc.nat(20),
      fc.oneof(
        fc.string(),
        fc.constantFrom('{', ']', '"', '&a ', '*a', '- ', ': ', '\n', '\t', '!!', '? ', '|'),
      ),
    );
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        const text = damages.reduce(
          (before, [at, length, put]) => before.slice(0, at) + put + before.slice(at + length),
          whole,
        );
        const { platform, faults } = checkText(text);
        expect(platform === undefined).toBe(faults.length > 0);
        const count = text.split('\n').length;
        for (const { line, column } of faults) expect(line >= 1 && line <= count && column >= 1).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('loadPlatform', () => {
  it('returns the board with quantities as numbers', () => {
    const file = `${files({ 'b.yaml': `${head}buses: [{ bus: 1, speed: 400 kHz, timeout: 0.05 s }]\n` })}/b.yaml`;
    expect(loadPlatform(file)).toMatchObject({
      id: 'board',
      manager: { id: 'bmc' },
      buses: [{ bus: 1, speed: 400_000, timeout: 50 }],
    });
  });

  it('throws one error with a line per fault', () => {
    const file = `${files({ 'b.yaml': `${head}colour: red\nmanufacturer: 7\n` })}/b.yaml`;
    expect(() => loadPlatform(file)).toThrow(
      new RegExp(`^${file}:5:1: unknown-property: .* \\(.*\\)\n${file}:6:15: type: .* \\(.*\\)$`),
    );
  });
});
