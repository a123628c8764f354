export * from './bridge.ts';
export * from './command.ts';
export * from './commands/app.ts';
export * from './commands/bic.ts';
export * from './commands/channel.ts';
export * from './commands/chassis.ts';
export * from './commands/dcmi.ts';
export * from './commands/messaging.ts';
export * from './commands/payload.ts';
export * from './commands/sensor.ts';
export * from './commands/storage.ts';
export * from './commands/transport.ts';
export { COMPLETION, completionText, rmcpStatusText } from './completion.ts';
export * from './errors.ts';
export * from './fru.ts';
export {
  type CompatibilityRecord,
  type DcLoadRecord,
  type DcOutputRecord,
  type ManagementAccessRecord,
  type MultiRecord,
  OCP_MANUFACTURER,
  type OemRecord,
  type OtherRecord,
  oemRecordName,
  type PowerSupplyRecord,
} from './fru-records.ts';
export {
  FrameReader,
  I2cIpmbLink,
  IpmbBus,
  type IpmbBusOptions,
  IpmbDevice,
  type IpmbLink,
} from './ipmb.ts';
export { LanClient, type LanOptions, type PayloadHandler } from './lan/client.ts';
export { type Pong, rmcpPing } from './lan/ping.ts';
export type { CipherSuite } from './lan/rakp.ts';
export * from './message.ts';
export * from './reading.ts';
export * from './redfish.ts';
export * from './repository.ts';
export * from './sdr.ts';
export { decodeFactors, decodeSdr } from './sdr-decode.ts';
export { encodeFactors, encodeSdr } from './sdr-encode.ts';
export * from './sel.ts';
export * from './sensor-types.ts';
export { type ChassisModel, type ChassisState, simpleChassis } from './server/chassis.ts';
export type { DcmiState, PowerModel } from './server/dcmi.ts';
export { LanServer, type LanServerOptions } from './server/lan.ts';
export { IpmiNode, type NodeOptions, type SerialModel } from './server/node.ts';
export { BUS_CONTEXT, type Handler, type RequestContext, type Route, refuse } from './server/router.ts';
export type { NodeSensor } from './server/sensors.ts';
export { openSol, type SolOptions, SolStream } from './sol.ts';
export type { TextEncoding, TypedText } from './text.ts';
export * from './units.ts';
