/** IPMI 2.0: commands, stores, sessions over LAN and IPMB, and a server of all of it. */
export * from './bridge.ts';
export type { Unread } from './chain.ts';
export * from './command.ts';
export * from './commands/app.ts';
export * from './commands/bic.ts';
export * from './commands/boot.ts';
export * from './commands/channel.ts';
export * from './commands/chassis.ts';
export * from './commands/dcmi.ts';
export * from './commands/messaging.ts';
export * from './commands/payload.ts';
export * from './commands/sensor.ts';
export * from './commands/storage.ts';
export * from './commands/transport.ts';
export * from './commands/user.ts';
export { COMPLETION, completionText, rmcpStatusText } from './completion.ts';
export * from './errors.ts';
export * from './fru.ts';
export { readFruData, writeFruData } from './fru-reader.ts';
export { IpmbBus, type IpmbBusOptions } from './ipmb.ts';
export { FrameReader, I2cIpmbLink, IpmbDevice, type IpmbLink } from './ipmb-link.ts';
export { LanClient } from './lan/client.ts';
export type { LanOptions, PayloadHandler } from './lan/options.ts';
export { type Pong, rmcpPing } from './lan/ping.ts';
export type { CipherSuite } from './lan/rakp.ts';
export * from './message.ts';
export * from './reading.ts';
export * from './sampling.ts';
export * from './sdr.ts';
export { decodeFactors, decodeSdr } from './sdr-decode.ts';
export { encodeFactors, encodeSdr } from './sdr-encode.ts';
export { readSdrs } from './sdr-reader.ts';
export * from './sel.ts';
export { readSel, type SelSlice } from './sel-reader.ts';
export * from './sensor-types.ts';
export { type BootModel, BootOptions } from './server/boot-options.ts';
export { type ChassisModel, type ChassisState, chassisRoutes, simpleChassis } from './server/chassis.ts';
export type { DcmiState, PowerModel } from './server/dcmi.ts';
export { LanServer } from './server/lan.ts';
export type { Carry, LanServerOptions } from './server/lan-options.ts';
export { IpmiNode, type NodeOptions, type SerialModel } from './server/node.ts';
export {
  BUS_CONTEXT,
  type Handler,
  type RequestContext,
  type Route,
  Router,
  refuse,
} from './server/router.ts';
export { type NodeSensor, SensorStore } from './server/sensors.ts';
export { FruStore, SdrStore, SelStore } from './server/stores.ts';
export { SYSTEM_INFO, SystemInfo, type SystemInfoName } from './server/system-info.ts';
export { MESSAGE_FLAG, SystemInterface, type SystemInterfaceModel } from './server/system-interface.ts';
export { type WatchdogModel, type WatchdogState, WatchdogTimer } from './server/watchdog.ts';
export { openSol, type SolOptions, SolStream } from './sol.ts';
export * from './units.ts';
