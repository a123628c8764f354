/**
 * The vocabulary of platform descriptors, once: from here come both the TypeScript types of a loaded descriptor and
 * `platform/schema.json` (by `npm run generate`), which the checker and editors use. Nothing imports this file at run
 * time except for its types.
 *
 * A quantity is written with its unit (`250 uOhm`, `1 s`) and arrives as a plain number in the unit that the
 * schema names in `x-unit`; pins arrive as line numbers nowhere, lines are always asked for by name.
 *
 * Keywords of our own, which the checker reads: `x-unit` (unit of a quantity), `x-ref` (section that must hold the
 * name), `x-direction` (direction that a line must have), `x-chip` (kind of chip that fits; `npm run generate` fills
 * in the names). `patternErrorMessage`, which editors know too, says a pattern in words.
 */
import Type, { type Static, type TSchema } from 'typebox';

const closed = { additionalProperties: false } as const;
const object = <T extends Record<string, TSchema>>(properties: T, description: string) =>
  Type.Object(properties, { ...closed, description });
const optional = Type.Optional;
const oneOf = <const T extends string[]>(values: readonly [...T], description: string) =>
  Type.Enum(values, { type: 'string', description });
const text = (description: string) => Type.String({ minLength: 1, description });

/** A string with a unit in the file, a number after loading. */
const quantity = (unit: string, description: string) =>
  Type.Unsafe<number>({
    type: 'string',
    'x-unit': unit,
    description: `${description} Written with its unit.`,
  });
const duration = (description: string) => quantity('ms', `${description} (Loaded as milliseconds.)`);

const idPattern = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$';
const idWords = 'up to 64 letters, digits, dots, dashes and underscores, a letter or digit first';
const Id = (what: string) =>
  Type.String({
    pattern: idPattern,
    patternErrorMessage: idWords,
    description: `${what}; appears in URIs.`,
  });
/** A reference to something declared elsewhere in the descriptor; `x-ref` names the section that must hold it. */
const ref = (section: string, description: string) => Type.String({ 'x-ref': section, description });
const lineRef = (direction: 'in' | 'out', description: string) =>
  Type.String({ 'x-ref': 'lines', 'x-direction': direction, description });
const record = <T extends TSchema>(pattern: string, words: string, value: T, description: string) =>
  Type.Record(Type.String({ pattern }), value, { ...closed, patternErrorMessage: words, description });
const Chip = (kind: 'device' | 'mux') =>
  Type.String({ 'x-chip': kind, description: "Chip type, any name in its driver's `compatible` list." });
const Address = Type.Integer({ minimum: 0x03, maximum: 0x77, description: '7-bit I2C address, e.g. 0x4e.' });
const BusNumber = Type.Integer({ minimum: 0, maximum: 255, description: 'Bus number, N of /dev/i2c-N.' });

const PhysicalContexts = [
  'Room',
  'Intake',
  'Exhaust',
  'Front',
  'Back',
  'CPU',
  'CPUSubsystem',
  'GPU',
  'Memory',
  'MemorySubsystem',
  'PowerSupply',
  'PowerSubsystem',
  'PowerOutlet',
  'VoltageRegulator',
  'Rectifier',
  'StorageDevice',
  'NetworkingDevice',
  'ComputeBay',
  'StorageBay',
  'NetworkBay',
  'ExpansionBay',
  'SystemBoard',
  'Board',
  'Chassis',
  'Fan',
  'CoolingSubsystem',
  'Motor',
  'Transformer',
  'ACInput',
  'DCBus',
  'Manager',
  'TrustedModule',
  'Backplane',
  'Battery',
  'ASIC',
  'Accelerator',
  'LiquidInlet',
  'LiquidOutlet',
  'Lower',
  'Upper',
] as const; // Redfish PhysicalContext

export const Thresholds = object(
  {
    upperFatal: optional(Type.Number()),
    upperCritical: optional(Type.Number()),
    upperCaution: optional(Type.Number()),
    lowerCaution: optional(Type.Number()),
    lowerCritical: optional(Type.Number()),
    lowerFatal: optional(Type.Number()),
  },
  'Limits in the unit of the reading: Cel, V, A, W, {rev}/min or %.',
);

const sensorFacts = {
  id: Id('Id of the sensor'),
  name: optional(text('Name for people; the id in words when left out.')),
  context: optional(oneOf(PhysicalContexts, 'Where it measures (Redfish PhysicalContext).')),
  chassis: optional(
    ref('chassis', 'Chassis that shows it; that of the device, or the first, when left out.'),
  ),
  thresholds: optional(Thresholds),
  hysteresis: optional(
    Type.Number({ minimum: 0, description: 'How far a reading must fall back to clear a threshold.' }),
  ),
  range: optional(object({ min: Type.Number(), max: Type.Number() }, 'What the sensor can show at all.')),
  poll: optional(duration('Sampling period; 1 s when left out.')),
  poweredBy: optional(ref('hosts', 'The reading means something only while this host is on.')),
};

export const Sensor = object(
  {
    ...sensorFacts,
    scale: optional(Type.Number({ description: 'Multiplies what the device reports.' })),
    offset: optional(Type.Number({ description: 'Is added after scaling.' })),
  },
  'One measured value of the board.',
);

const devicePart = {
  shunt: optional(quantity('Ohm', 'Current-sense resistor.')),
  reference: optional(quantity('V', 'Reference of a converter, where it is not the chip’s own.')),
  pulses: optional(
    Type.Integer({
      minimum: 1,
      maximum: 8,
      description: 'Tachometer pulses in one turn of a fan; 2 when left out.',
    }),
  ),
  pec: optional(Type.Boolean({ description: 'Use SMBus packet error checking.' })),
  sensors: optional(
    record(
      '^[a-z][A-Za-z0-9_]*$',
      'names of channels of the chip',
      Sensor,
      'Channel of the chip → the sensor it feeds.',
    ),
  ),
};

export const Device = object(
  {
    id: Id('Name of the device in messages'),
    chip: Chip('device'),
    bus: BusNumber,
    address: Address,
    ...devicePart,
    chassis: optional(ref('chassis', 'Chassis it belongs to.')),
    optional: optional(Type.Boolean({ description: 'Not fitted on every board: its absence is no fault.' })),
    poll: optional(duration('Sampling period of its sensors.')),
    poweredBy: optional(ref('hosts', 'Has power only while this host is on.')),
    alternatives: optional(
      Type.Array(
        object(
          {
            chip: optional(Chip('device')),
            bus: optional(BusNumber),
            address: optional(Address),
            ...devicePart,
          },
          'A second source: what differs from the device itself. `sensors`, where given, replaces all of them.',
        ),
        {
          minItems: 1,
          description:
            'Second sources, tried in order after the device itself; the first that identifies itself is used.',
        },
      ),
    ),
  },
  'A chip on an I2C bus.',
);

export const Bus = object(
  {
    bus: BusNumber,
    name: optional(text('What hangs on it.')),
    speed: optional(quantity('Hz', 'Clock.')),
    timeout: optional(duration('Longest transfer before the bus counts as stuck; 100 ms when left out.')),
  },
  'An I2C bus of the controller.',
);

export const Mux = object(
  {
    id: Id('Name of the mux in messages'),
    chip: Chip('mux'),
    bus: BusNumber,
    address: Address,
    channels: Type.Array(BusNumber, {
      minItems: 1,
      maxItems: 8,
      description: 'Bus number of each channel, from channel 0.',
    }),
    driver: optional(
      oneOf(
        ['redfishd', 'kernel'],
        'Who switches it: this daemon, or the kernel (then /dev/i2c-N exists for each channel).',
      ),
    ),
  },
  'An I2C multiplexer or switch.',
);

export const Line = object(
  {
    line: optional(text('Name of the line in the kernel (gpio-line-names); the key when left out.')),
    pin: optional(text('Pin of the controller, for people, e.g. E3.')),
    direction: oneOf(['in', 'out'], 'Seen from the controller.'),
    activeLow: optional(Type.Boolean()),
    initial: optional(Type.Boolean({ description: 'Logical value driven at start; outputs only.' })),
    keep: optional(
      Type.Boolean({
        description: 'Starts with what the line shows then, instead of "initial"; outputs only.',
      }),
    ),
    bias: optional(oneOf(['pull-up', 'pull-down', 'disabled'], 'Bias of an input.')),
    debounce: optional(duration('How long an input must be steady.')),
    chassis: optional(
      ref(
        'chassis',
        'Chassis that carries the chip it is on: while that is not plugged in there is no such line.',
      ),
    ),
    node: optional(
      ref('nodes', 'Node whose bridge IC has it; with "bit", instead of the name of a line. Inputs only.'),
    ),
    bit: optional(
      Type.Integer({ minimum: 0, maximum: 255, description: 'Number of the line of that bridge IC.' }),
    ),
  },
  'A GPIO line.',
);

export const Adc = object(
  {
    channel: Type.Integer({ minimum: 0, maximum: 31 }),
    divider: optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 10,
        description: 'Volt at the pin per volt of the rail; 1 when left out.',
      }),
    ),
    bridge: optional(
      object(
        {
          line: lineRef('out', 'Output that connects the divider while asserted.'),
          settle: optional(duration('Wait before reading.')),
        },
        'A divider that must be switched on for a reading (battery).',
      ),
    ),
    quantity: optional(
      oneOf(
        ['Voltage', 'Current'],
        'What it measures: Voltage when left out; of a Current "divider" is volt at the pin per ampere.',
      ),
    ),
    sensor: object(sensorFacts, 'The rail.'),
  },
  'An analogue input of the controller.',
);

export const Fan = object(
  {
    id: Id('Id of the fan'),
    name: optional(text('Name for people.')),
    pwm: Type.Integer({
      minimum: 0,
      maximum: 31,
      description: 'PWM output that drives it; fans with the same one are driven as one.',
    }),
    tachs: Type.Array(
      object(
        { tach: Type.Integer({ minimum: 0, maximum: 63 }), sensor: object(sensorFacts, 'Its speed.') },
        'One rotor.',
      ),
      { minItems: 1 },
    ),
    maxSpeed: optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Revolutions per minute at full duty.' }),
    ),
    hotPluggable: optional(Type.Boolean()),
    present: optional(lineRef('in', 'Asserted while it is there.')),
    chassis: optional(ref('chassis', 'Chassis it cools.')),
  },
  'A fan: one PWM output and the tachometers of its rotors.',
);

export const Cooling = object(
  {
    minimumDuty: optional(
      Type.Number({ minimum: 0, maximum: 100, description: 'Least duty in manual mode, percent.' }),
    ),
    failSafeDuty: optional(
      Type.Number({ minimum: 0, maximum: 100, description: 'Duty when nothing better is known; 100.' }),
    ),
  },
  'Limits of fan control.',
);

export const Ipmb = object(
  {
    id: Id('Name of the controller'),
    bus: BusNumber,
    address: Address,
    sensors: Type.Array(
      object(
        {
          number: Type.Integer({ minimum: 0, maximum: 255, description: 'IPMI sensor number.' }),
          ...Sensor.properties,
          quantity: oneOf(
            ['Temperature', 'Voltage', 'Current', 'Power', 'Percent', 'Rotational'],
            'What it measures.',
          ),
        },
        'A sensor of that controller.',
      ),
    ),
  },
  'A satellite controller reached over IPMB, such as a management engine.',
);

export const IpmbLink = object(
  {
    kind: Type.Literal('ipmb'),
    bus: BusNumber,
    address: Address,
    own: optional(
      Type.Integer({
        minimum: 0x03,
        maximum: 0x77,
        description: '7-bit address of this controller on that bus; 0x10 when left out.',
      }),
    ),
    timeout: optional(duration('Longest wait for an answer; 1 s when left out.')),
  },
  'A bus on which both are (IPMB, `/dev/ipmb-N`).',
);

export const LanLink = object(
  {
    kind: Type.Literal('lan'),
    host: text('Address or name of the controller.'),
    port: optional(Type.Integer({ minimum: 1, maximum: 65_535, description: 'UDP port; 623.' })),
    user: Type.String({ maxLength: 16, description: 'User of that controller; 16 characters at most.' }),
    secret: text('File that holds the password of that user, and nothing else: no secret stands here.'),
    kg: optional(text('File that holds the key of that controller (K_g), where it has one.')),
    suites: optional(
      Type.Array(Type.Enum([17, 3], { type: 'integer' }), {
        minItems: 1,
        description: 'Cipher suites in the order to try; 17, then 3.',
      }),
    ),
    privilege: optional(oneOf(['user', 'operator', 'administrator'], 'Privilege to ask for; administrator.')),
    timeout: optional(duration('Longest wait for the first answer; 500 ms when left out.')),
  },
  'A network (IPMI 2.0 over LAN, RMCP+).',
);

export const Node = object(
  {
    id: Id('Id of the controller of the node'),
    name: optional(text('Name for people.')),
    link: Type.Union([IpmbLink, LanLink], { description: 'What leads to it.' }),
    chassis: optional(ref('chassis', 'Chassis it is in; the first when left out.')),
    host: optional(ref('hosts', 'Host that it serves: its log is the log of that host.')),
    bridgeIc: optional(
      oneOf(['meta', 'wiwynn'], 'It is a bridge IC of OCP with the commands of this maker (NetFn 0x38).'),
    ),
    poll: optional(duration('Period of its readings; 2 s when left out.')),
    sensors: optional(
      record(
        '^.{1,16}$',
        'the name of a sensor in the records of the node, up to 16 characters',
        object(
          {
            name: optional(text('Name for people.')),
            context: optional(oneOf(PhysicalContexts, 'Where it measures (Redfish PhysicalContext).')),
            thresholds: optional(Thresholds),
          },
          'What the record of a sensor does not say, or says wrongly.',
        ),
        'Name of a sensor in the records of the node → what to know beyond them.',
      ),
    ),
    simulate: optional(
      oneOf(['server', 'twin-lakes'], 'What a twin of this board has in its place; server when left out.'),
    ),
  },
  'A node that is managed through a controller of its own by IPMI.',
);

export const Peci = object(
  {
    id: Id('Name of the processor'),
    address: Type.Integer({ minimum: 0x30, maximum: 0x37 }),
    sensors: record(
      '^[a-z][A-Za-z0-9]*$',
      'what the processor tells, in camelCase',
      Sensor,
      'What the processor tells → the sensor it feeds.',
    ),
  },
  'A processor reached over PECI.',
);

export const Fru = object(
  {
    id: Id('Id of the FRU'),
    name: optional(text('Name for people.')),
    device: optional(ref('devices', 'EEPROM that holds its inventory; this or "node".')),
    node: optional(ref('nodes', 'Node that holds its inventory; this or "device".')),
    number: optional(
      Type.Integer({ minimum: 0, maximum: 254, description: 'FRU device of that node; 0 when left out.' }),
    ),
    chassis: optional(ref('chassis', 'Chassis it belongs to.')),
    context: optional(oneOf(PhysicalContexts, 'What kind of part it is.')),
  },
  'A field replaceable unit described by an IPMI FRU inventory.',
);

export const Chassis = object(
  {
    id: Id('Id of the chassis'),
    name: optional(text('Name for people.')),
    type: oneOf(
      [
        'RackMount',
        'Sled',
        'Blade',
        'Enclosure',
        'Rack',
        'Shelf',
        'Drawer',
        'Card',
        'Module',
        'Component',
        'Other',
      ],
      'Redfish ChassisType.',
    ),
    containedBy: optional(ref('chassis', 'Chassis around it.')),
    present: optional(
      lineRef('in', 'Asserted while it is plugged in; while it is not, it and all that is in it are gone.'),
    ),
    settle: optional(
      duration('Wait after it was plugged in before anything in it is asked; 2 s when left out.'),
    ),
    fru: optional(ref('frus', 'FRU that names it.')),
    switch: optional(
      object(
        {
          line: lineRef('out', 'Output: the chassis is fed while it is asserted.'),
          good: optional(lineRef('in', 'Input: asserted while it is fed; what is driven, when left out.')),
          offTime: optional(duration('Off time of a power cycle; 5 s when left out.')),
          latch: optional(
            lineRef(
              'in',
              'Input: asserted while the latch of the slot is closed. Opened, it ends the power; closed, it brings it.',
            ),
          ),
          serviced: optional(
            lineRef(
              'in',
              'Input: asserted while somebody can get at the slot; a latch that is open otherwise is only told of.',
            ),
          ),
        },
        'A switch that feeds the chassis and all in it, such as the 12 V of a slot.',
      ),
    ),
    cycle: optional(
      object(
        { device: ref('devices', 'Hot-swap controller that feeds the chassis, and this controller in it.') },
        'What takes the power of all of it away and gives it back.',
      ),
    ),
    power: optional(
      object(
        {
          consumed: optional(ref('sensors', 'Sensor of the power it draws.')),
          capacity: optional(quantity('W', 'Power it may draw.')),
        },
        'Power as a whole.',
      ),
    ),
  },
  'A physical enclosure.',
);

export const PowerSupply = object(
  {
    id: Id('Id of the supply'),
    name: optional(text('Name for people.')),
    chassis: optional(ref('chassis', 'Chassis it feeds.')),
    type: oneOf(['AC', 'DC', 'ACorDC', 'DCRegulator'], 'Redfish PowerSupplyType.'),
    hotPluggable: optional(Type.Boolean()),
    capacity: optional(quantity('W', 'What it can give.')),
    inputVoltage: optional(ref('sensors', 'Input voltage.')),
    inputCurrent: optional(ref('sensors', 'Input current.')),
    inputPower: optional(ref('sensors', 'Input power.')),
    outputVoltage: optional(ref('sensors', 'Output voltage.')),
    outputCurrent: optional(ref('sensors', 'Output current.')),
    outputPower: optional(ref('sensors', 'Output power.')),
    temperature: optional(ref('sensors', 'Its temperature.')),
    present: optional(lineRef('in', 'Asserted while it is there.')),
    good: optional(lineRef('in', 'Asserted while its output is good.')),
    fru: optional(ref('frus', 'FRU that names it.')),
  },
  'A power supply, or the hot-swap controller that feeds the board from a bus bar.',
);

export const ButtonPower = object(
  {
    kind: Type.Literal('gpio'),
    button: lineRef('out', 'Output: the power button towards the host.'),
    reset: optional(lineRef('out', 'Output: the reset towards the host.')),
    nmi: optional(lineRef('out', 'Output: the diagnostic interrupt towards the host.')),
    good: lineRef('in', 'Input: asserted while the power of the host is good.'),
    onPulse: duration('Press that switches on.'),
    gracefulPulse: optional(
      duration('Press that asks the operating system to shut down; as onPulse when left out.'),
    ),
    forceOffPulse: duration('Press that switches off.'),
    resetPulse: optional(duration('Length of the reset; 100 ms when left out.')),
    nmiPulse: optional(duration('Length of the diagnostic interrupt; 100 ms when left out.')),
    settle: optional(duration('Wait after a press before the pins mean anything.')),
    cycleDelay: duration('Off time of a power cycle.'),
    onTimeout: optional(duration('Longest wait for power-good after a press; 10 s when left out.')),
    offTimeout: optional(
      duration('Longest wait for power-good to go after a forced off; 10 s when left out.'),
    ),
    gracefulTimeout: optional(duration('Longest wait for an orderly shutdown; 5 min when left out.')),
  },
  'How the host is switched: the pulses of a button and what power-good says.',
);

export const RelayPower = object(
  {
    kind: Type.Literal('relay'),
    line: lineRef('out', 'Output: the host is fed while it is asserted.'),
    good: optional(lineRef('in', 'Input: asserted while its power is good; what is driven, when left out.')),
    cycleDelay: duration('Off time of a power cycle.'),
    onTimeout: optional(duration('Longest wait for power-good to come; 10 s when left out.')),
    offTimeout: optional(duration('Longest wait for power-good to go; 10 s when left out.')),
  },
  'How the host is switched: a relay or load switch that feeds it. Nothing asks its operating system first.',
);

export const IpmiPower = object(
  {
    kind: Type.Literal('ipmi'),
    node: ref('nodes', 'Controller that switches it.'),
    onTimeout: optional(duration('Longest wait for its power to come; 10 s when left out.')),
    offTimeout: optional(
      duration('Longest wait for its power to go after a forced off; 10 s when left out.'),
    ),
    gracefulTimeout: optional(duration('Longest wait for an orderly shutdown; 5 min when left out.')),
    cycleDelay: optional(duration('Off time of an orderly restart; 5 s when left out.')),
  },
  'How the host is switched: its own controller is asked to (IPMI Chassis Control).',
);

export const HostPower = Type.Union([ButtonPower, RelayPower, IpmiPower], {
  description: 'How the host is switched.',
});

const ButtonResets = [
  'On',
  'ForceOff',
  'GracefulShutdown',
  'GracefulRestart',
  'ForceRestart',
  'Nmi',
  'ForceOn',
  'PowerCycle',
  'None',
] as const; // Redfish ResetType

export const Host = object(
  {
    id: Id('Id of the system'),
    name: optional(text('Name for people.')),
    chassis: ref('chassis', 'Chassis it sits in.'),
    manufacturer: optional(text('When no FRU says it.')),
    model: optional(text('When no FRU says it.')),
    fru: optional(ref('frus', 'FRU of its main board.')),
    power: HostPower,
    post: optional(
      object(
        {
          complete: lineRef('in', 'Input: asserted once the firmware has finished.'),
          timeout: optional(duration('Longest self test; 5 min when left out.')),
        },
        'Power-on self test.',
      ),
    ),
    buttons: optional(
      object(
        {
          power: optional(lineRef('in', 'Power button.')),
          reset: optional(lineRef('in', 'Reset button.')),
          nmi: optional(lineRef('in', 'Diagnostic interrupt button.')),
          acts: optional(
            oneOf(
              ['board', 'passThrough', 'policy'],
              'Who acts on a press: the board by itself (when left out); this daemon, whose outputs towards the host follow the finger; or this daemon by the policy below.',
            ),
          ),
          shortWhenOn: optional(
            oneOf(
              ButtonResets,
              'What a short press of the power button asks for while the host is on; GracefulShutdown.',
            ),
          ),
          shortWhenOff: optional(oneOf(ButtonResets, 'The same while it is off; On.')),
          long: optional(oneOf(ButtonResets, 'What a long press asks for; ForceOff.')),
          longPress: optional(duration('When a press is a long one; 4 s when left out.')),
        },
        'Buttons that a person presses: inputs, and what comes of them.',
      ),
    ),
    postCodes: optional(
      object(
        {
          device: optional(
            text(
              'Character device of the kernel that hands them on, e.g. /dev/aspeed-lpc-snoop0; this or "node".',
            ),
          ),
          node: optional(ref('nodes', 'Node whose bridge IC sends them.')),
        },
        'Codes that the firmware writes to I/O port 0x80 while it starts the host: kept as a log.',
      ),
    ),
    console: optional(
      object(
        {
          device: optional(
            text('Serial port of the controller that the host writes to, e.g. /dev/ttyS1; this or "node".'),
          ),
          node: optional(ref('nodes', 'Node that carries it over the network (serial over LAN).')),
          baud: optional(Type.Integer({ minimum: 1200, maximum: 4_000_000, description: '115200.' })),
        },
        'Serial console.',
      ),
    ),
    restorePolicy: optional(
      oneOf(['AlwaysOn', 'AlwaysOff', 'LastState'], 'What to do when mains returns; LastState.'),
    ),
    processors: optional(
      object(
        {
          model: optional(text('What fits the sockets, when no processor says it.')),
          sockets: Type.Array(
            object({ id: Id('Socket'), present: lineRef('in', 'Asserted while occupied.') }, 'A socket.'),
          ),
        },
        'Processor sockets.',
      ),
    ),
  },
  'A computer system that the board manages.',
);

export const Indicator = object(
  {
    id: Id('Id of the light'),
    line: optional(lineRef('out', 'Output that lights it; this or "led".')),
    led: optional(
      text('Name of the light in the LED class of the kernel (/sys/class/leds); this or "line".'),
    ),
    node: optional(ref('nodes', 'Controller that identifies its node when it is asked to; this or "line".')),
    kind: oneOf(
      ['identify', 'power', 'fault'],
      'What it says. A light that says several things has an entry for each: identify goes before fault, fault before power.',
    ),
    chassis: optional(ref('chassis', 'Chassis it identifies.')),
    host: optional(ref('hosts', 'Host it speaks of.')),
    blink: optional(
      object(
        { on: duration('Lit.'), off: duration('Dark.') },
        'Pattern while it says so; lit when left out.',
      ),
    ),
  },
  'A light.',
);

export const Panel = object(
  {
    select: object(
      {
        lines: Type.Array(lineRef('in', 'A contact; asserted it counts.'), {
          minItems: 1,
          maxItems: 4,
          description: 'Contacts that give a number: the first counts 1, the others twice as much each.',
        }),
        hosts: Type.Array(ref('hosts', 'Host at this number.'), {
          minItems: 1,
          maxItems: 15,
          description:
            'Hosts from number 0 on; after the last comes the controller itself, and then all of them again.',
        }),
      },
      'The hand switch that selects a host, or the controller.',
    ),
    power: optional(lineRef('in', 'Power button of what is selected.')),
    reset: optional(lineRef('in', 'Reset button of what is selected.')),
    longPress: optional(
      duration('When a press switches hard, or the whole board where the controller is selected; 4 s.'),
    ),
    servicePress: optional(
      duration('When a press switches off the slot of the host, for its service, or on again; 10 s.'),
    ),
    lamps: optional(
      Type.Array(
        object(
          {
            host: ref('hosts', 'Host it speaks of.'),
            power: lineRef('out', 'Output: the lamp of a host that is well.'),
            fault: lineRef(
              'out',
              'Output: the lamp of one that is not; an indicator of the same line lets it blink to be found.',
            ),
          },
          'The lamps of a host.',
        ),
      ),
    ),
  },
  'The front panel of a board with several hosts: one for all of them.',
);

export const Drive = object(
  {
    id: Id('Id of the drive'),
    name: optional(text('Name for people.')),
    media: oneOf(['SSD', 'HDD'], 'Redfish MediaType.'),
    protocol: oneOf(['NVMe', 'SATA', 'SAS'], 'Redfish Protocol.'),
    present: optional(
      lineRef('in', 'Asserted while it is plugged in; without it, it is there while its sensors answer.'),
    ),
    temperature: optional(ref('sensors', 'Its temperature.')),
    lifeUsed: optional(ref('sensors', 'How much of its endurance is used, percent.')),
    label: optional(text('What is written beside its place.')),
    chassis: optional(ref('chassis', 'Chassis it is in; the first when left out.')),
  },
  'A drive that the controller can see.',
);

export const LeakDetector = object(
  {
    id: Id('Id of the detector'),
    name: optional(text('Name for people.')),
    line: lineRef('in', 'Asserted while it detects a leak.'),
    present: optional(lineRef('in', 'Asserted while the detector is connected.')),
    type: oneOf(['Moisture', 'FloatSwitch'], 'How it detects (Redfish LeakDetectorType).'),
    severity: optional(oneOf(['Critical', 'Warning'], 'How grave a leak there is; Critical.')),
    context: optional(oneOf(PhysicalContexts, 'Where it looks (Redfish PhysicalContext).')),
    label: optional(text('What is written beside it on the board.')),
    chassis: optional(ref('chassis', 'Chassis it protects; the first when left out.')),
    host: optional(ref('hosts', 'Host whose log tells of it too.')),
    reaction: optional(
      object(
        {
          type: oneOf(['ForceOff', 'GracefulShutdown'], 'What becomes of the hosts in its chassis.'),
          delay: optional(duration('How long the leak must last; at once when left out.')),
        },
        'What the board does by itself about a leak; nothing when left out.',
      ),
    ),
  },
  'A leak detector.',
);

export const Manager = object(
  {
    id: Id('Id of the manager'),
    name: optional(text('Name for people.')),
    model: optional(text('Controller, e.g. AST2500.')),
    chassis: optional(ref('chassis', 'Chassis it sits in.')),
    ready: optional(lineRef('out', 'Output that tells the board that the manager is up.')),
    aggregates: optional(
      Type.Boolean({
        description:
          'Nodes on the network may be added while the daemon runs (AggregationService); true where "nodes" has such ones.',
      }),
    ),
    watchdog: optional(
      object(
        {
          device: optional(text('Device of the kernel; /dev/watchdog0 when left out.')),
          timeout: optional(
            duration('Time without a sign of life after which the controller is reset; 60 s when left out.'),
          ),
        },
        'Watchdog of the controller: held while this daemon runs, fed while all of it is alive.',
      ),
    ),
  },
  'The management controller itself.',
);

export const PlatformSchema = object(
  {
    id: Id('Id of the board type'),
    name: text('Name of the board.'),
    manufacturer: optional(text('Maker of the board.')),
    variantOf: optional(
      text('File name, without .yaml, of the descriptor that this one changes in some places.'),
    ),
    probe: optional(
      object(
        {
          fru: ref('frus', 'FRU to look at.'),
          product: text('Regular expression for its product or board name.'),
        },
        'How to recognise that the board at hand is this one.',
      ),
    ),
    manager: Manager,
    chassis: Type.Array(Chassis, { minItems: 1 }),
    buses: optional(Type.Array(Bus)),
    muxes: optional(Type.Array(Mux)),
    devices: optional(Type.Array(Device)),
    lines: optional(record(idPattern, idWords, Line, 'GPIO lines of the controller, by name.')),
    adc: optional(Type.Array(Adc)),
    fans: optional(Type.Array(Fan)),
    cooling: optional(Cooling),
    ipmb: optional(Type.Array(Ipmb)),
    nodes: optional(Type.Array(Node)),
    peci: optional(Type.Array(Peci)),
    frus: optional(Type.Array(Fru)),
    powerSupplies: optional(Type.Array(PowerSupply)),
    hosts: optional(Type.Array(Host)),
    indicators: optional(Type.Array(Indicator)),
    panel: optional(Panel),
    drives: optional(Type.Array(Drive)),
    leakDetectors: optional(Type.Array(LeakDetector)),
  },
  'A board.',
);

/** A platform descriptor after loading: overlays merged, quantities as numbers. */
export type Platform = Static<typeof PlatformSchema>;
export type PhysicalContext = (typeof PhysicalContexts)[number];
export type SensorFacts = Static<typeof Sensor>;
export type DeviceFacts = Static<typeof Device>;
export type MuxFacts = Static<typeof Mux>;
export type LineFacts = Static<typeof Line>;
export type FanFacts = Static<typeof Fan>;
export type HostFacts = Static<typeof Host>;
export type HostPowerFacts = Static<typeof HostPower>;
export type ButtonPowerFacts = Static<typeof ButtonPower>;
export type IpmiPowerFacts = Static<typeof IpmiPower>;
export type NodeFacts = Static<typeof Node>;
export type LanLinkFacts = Static<typeof LanLink>;
export type IpmbLinkFacts = Static<typeof IpmbLink>;
export type RelayPowerFacts = Static<typeof RelayPower>;
export type PanelFacts = Static<typeof Panel>;
export type ChassisFacts = Static<typeof Chassis>;
export type ThresholdFacts = Static<typeof Thresholds>;
