/** Arbitrary records for property tests. */
import fc from 'fast-check';
import type { Factors, FullSensor, Sdr, SensorUnit, Sharing, TypedText } from 'node-ipmi';

/** Records of every kind, filled with anything that their fields can hold. */

const byte = fc.nat(0xff);
const word = fc.nat(0xffff);
const flag = fc.boolean();
const nibble = fc.nat(15);
const address = fc.nat(0x7f).map((a) => a << 1);

const from = (alphabet: string, min: number, max: number, step = 1): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...alphabet), minLength: min, maxLength: max })
    .map((text) => text.slice(0, text.length - (text.length % step)));

export const sdrName: fc.Arbitrary<TypedText> = fc.oneof(
  from('abcXYZ019 _-äß', 0, 16).map((text): TypedText => ({ text, encoding: 'latin1' })),
  from('0123456789 -.:,_', 0, 32, 2).map((text): TypedText => ({ text, encoding: 'bcd' })),
  from(' ABCXYZ019_^\\[]!"#', 0, 20, 4).map((text): TypedText => ({ text, encoding: 'sixbit' })),
  from('abcдж箱', 0, 8).map((text): TypedText => ({ text, encoding: 'utf16' })),
);

const recordId = word;
const entity = fc.record({ id: byte, instance: fc.nat(0x7f), logical: flag });
const unit: fc.Arbitrary<SensorUnit> = fc.record({
  percent: flag,
  base: byte,
  modifier: byte,
  join: fc.constantFrom('none', 'divide', 'multiply'),
  rate: fc.nat(7),
});
export const factors: fc.Arbitrary<Factors> = fc.record({
  m: fc.integer({ min: -512, max: 511 }),
  b: fc.integer({ min: -512, max: 511 }),
  bExponent: fc.integer({ min: -8, max: 7 }),
  rExponent: fc.integer({ min: -8, max: 7 }),
  linearization: fc.oneof(fc.nat(11), fc.integer({ min: 0x70, max: 0x7f })),
  format: fc.constantFrom('unsigned', 'onesComplement', 'twosComplement', 'none'),
  tolerance: fc.nat(63),
  accuracy: fc.nat(1023),
  accuracyExponent: fc.nat(3),
});
const sensor = {
  recordId,
  owner: fc.record({ address: byte, channel: nibble, lun: fc.nat(3) }),
  number: byte,
  entity,
  sensorType: byte,
  eventType: fc.nat(0x7f),
  oem: byte,
  name: sdrName,
};
const detailed = {
  initialization: byte,
  capabilities: fc.record({
    ignoreWithoutEntity: flag,
    autoRearm: flag,
    hysteresis: fc.nat(3),
    thresholds: fc.nat(3),
    eventControl: fc.nat(3),
  }),
  masks: fc.record({ assertion: word, deassertion: word, reading: word }),
  unit,
  hysteresis: fc.record({ positive: byte, negative: byte }),
};
const sharing: fc.Arbitrary<Sharing> = fc.record({
  count: nibble,
  modifier: fc.constantFrom('numeric', 'alpha'),
  offset: fc.nat(0x7f),
  entityIncrements: flag,
  direction: fc.nat(3),
});
const optional = fc.option(byte, { nil: undefined });

export const fullSensor: fc.Arbitrary<FullSensor> = fc.record({
  kind: fc.constant('full'),
  ...sensor,
  ...detailed,
  factors,
  direction: fc.nat(3),
  nominal: optional,
  normalMaximum: optional,
  normalMinimum: optional,
  maximum: byte,
  minimum: byte,
  thresholds: fc.record({
    lowerNonCritical: byte,
    lowerCritical: byte,
    lowerNonRecoverable: byte,
    upperNonCritical: byte,
    upperCritical: byte,
    upperNonRecoverable: byte,
  }),
});

const plainEntity = fc.record({ id: byte, instance: byte });
const deviceEntity = fc.record({ address: byte, channel: nibble, id: byte, instance: byte });
const association = { recordId, range: flag, linked: flag, accessible: flag };
const locator = { recordId, entity, oem: byte, name: sdrName };
const device = { channel: nibble, lun: fc.nat(3), bus: fc.nat(7), deviceType: byte, deviceModifier: byte };

export const anySdr: fc.Arbitrary<Sdr> = fc.oneof(
  fullSensor,
  fc.record({ kind: fc.constant('compact' as const), ...sensor, ...detailed, sharing }),
  fc.record({ kind: fc.constant('eventOnly' as const), ...sensor, sharing }),
  fc.record({
    kind: fc.constant('entityAssociation' as const),
    ...association,
    container: plainEntity,
    contained: fc.array(plainEntity, { minLength: 4, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('deviceAssociation' as const),
    ...association,
    container: deviceEntity,
    contained: fc.array(deviceEntity, { minLength: 4, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('device' as const),
    ...locator,
    ...device,
    accessAddress: address,
    address,
    span: fc.nat(7),
  }),
  fc.record({
    kind: fc.constant('fru' as const),
    ...locator,
    ...device,
    accessAddress: address,
    fruId: byte,
    logical: flag,
  }),
  fc.record({
    kind: fc.constant('controller' as const),
    ...locator,
    address,
    channel: nibble,
    initialization: byte,
    capabilities: byte,
  }),
  fc.record({
    kind: fc.constant('controllerConfirmation' as const),
    recordId,
    address,
    deviceId: byte,
    channel: nibble,
    revision: nibble,
    firmware: fc.tuple(byte, byte),
    ipmi: byte,
    manufacturer: fc.nat(0xffffff),
    product: word,
    guid: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  }),
  fc.record({
    kind: fc.constant('channels' as const),
    recordId,
    channels: fc.array(fc.record({ transmit: flag, lun: fc.nat(7), protocol: nibble }), {
      minLength: 8,
      maxLength: 8,
    }),
    messageInterrupt: byte,
    eventInterrupt: byte,
  }),
  fc.record({
    kind: fc.constant('oem' as const),
    recordId,
    manufacturer: fc.nat(0xffffff),
    data: fc.uint8Array({ maxLength: 40 }),
  }),
);
