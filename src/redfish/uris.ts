/** Where the parts of the board stand in the tree; the one place that spells these URIs. */
import type { Board } from '../board/model/board.ts';
import type { Drive, Fan, PowerSupply } from '../board/model/chassis.ts';
import type { Origin } from '../board/model/event.ts';
import type { LeakDetector, Sensor } from '../board/model/sensor.ts';

export const root = '/redfish/v1/';
export const chassisUri = (id: string): string => `/redfish/v1/Chassis/${id}`;
export const systemUri = (id: string): string => `/redfish/v1/Systems/${id}`;
export const managerUri = (id: string): string => `/redfish/v1/Managers/${id}`;
export const networkProtocolUri = (manager: string): string => `${managerUri(manager)}/NetworkProtocol`;
export const eventLogEntryUri = (manager: string, id: number): string =>
  `${managerUri(manager)}/LogServices/EventLog/Entries/${id}`;
export const interfaceUri = (manager: string, id: string): string =>
  `${managerUri(manager)}/EthernetInterfaces/${id}`;
export const sensorUri = (sensor: Pick<Sensor, 'chassis' | 'id'>): string =>
  `${chassisUri(sensor.chassis)}/Sensors/${sensor.id}`;
export const fanUri = (fan: Pick<Fan, 'chassis' | 'id'>): string =>
  `${chassisUri(fan.chassis)}/ThermalSubsystem/Fans/${fan.id}`;
export const powerSupplyUri = (supply: Pick<PowerSupply, 'chassis' | 'id'>): string =>
  `${chassisUri(supply.chassis)}/PowerSubsystem/PowerSupplies/${supply.id}`;
export const driveUri = (drive: Pick<Drive, 'chassis' | 'id'>): string =>
  `${chassisUri(drive.chassis)}/Drives/${drive.id}`;
export const controlUri = (control: { readonly chassis: string; readonly id: string }): string =>
  `${chassisUri(control.chassis)}/Controls/${control.id}`;
export const leakDetectorUri = (detector: Pick<LeakDetector, 'chassis' | 'id'>): string =>
  `${chassisUri(detector.chassis)}/LeakDetectors/${detector.id}`;
export const accountUri = (id: string): string => `/redfish/v1/AccountService/Accounts/${id}`;
export const roleUri = (id: string): string => `/redfish/v1/AccountService/Roles/${id}`;
export const httpsCertificatesUri = (manager: string): string =>
  `${managerUri(manager)}/NetworkProtocol/HTTPS/Certificates`;
export const clientCertificatesUri =
  '/redfish/v1/AccountService/MultiFactorAuth/ClientCertificate/Certificates';
/** Where the serial console of a system is, as a WebSocket; no resource. */
export const consoleUri = (system: string): string => `/console/${system}`;
export const subscriptionUri = (id: string): string => `/redfish/v1/EventService/Subscriptions/${id}`;
export const destinationCertificatesUri = (id: string): string => `${subscriptionUri(id)}/Certificates`;
export const sessionUri = (id: string): string => `/redfish/v1/SessionService/Sessions/${id}`;

/** The resource that a board event is about. */
export function originUri(board: Board, origin: Origin): string {
  const manager = managerUri(board.platform.manager.id);
  switch (origin.kind) {
    case 'sensor': {
      const { id, chassis = board.sensors.get(id)?.chassis } = origin;
      return chassis === undefined ? manager : sensorUri({ id, chassis });
    }
    case 'fan': {
      const { id, chassis = board.fans.get(id)?.chassis } = origin;
      return chassis === undefined ? manager : fanUri({ id, chassis });
    }
    case 'powerSupply': {
      const { id, chassis = board.powerSupplies.get(id)?.chassis } = origin;
      return chassis === undefined ? manager : powerSupplyUri({ id, chassis });
    }
    case 'drive': {
      const { id, chassis = board.drives.get(id)?.chassis } = origin;
      return chassis === undefined ? manager : driveUri({ id, chassis });
    }
    case 'leakDetector': {
      const { id, chassis = board.leakDetectors.get(id)?.chassis } = origin;
      return chassis === undefined ? manager : leakDetectorUri({ id, chassis });
    }
    case 'control': {
      const { id, chassis = board.cooling.zones.get(id)?.chassis } = origin;
      return chassis === undefined ? manager : controlUri({ id, chassis });
    }
    case 'fru': {
      const { chassis = board.frus.get(origin.id)?.chassis } = origin;
      return chassis === undefined ? manager : `${chassisUri(chassis)}/Assembly`;
    }
    case 'node': {
      const node = board.nodes.get(origin.id);
      if (node === undefined) return manager;
      return node.facts.host === undefined ? chassisUri(node.chassis) : systemUri(node.facts.host);
    }
    case 'host':
      return systemUri(origin.id);
    case 'chassis':
      return chassisUri(origin.id);
    case 'device':
      return origin.chassis === undefined ? manager : chassisUri(origin.chassis);
    case 'bus':
    case 'manager':
      return manager;
  }
}

export const aggregationUri = '/redfish/v1/AggregationService';
export const sourceUri = (id: string): string => `${aggregationUri}/AggregationSources/${id}`;
export const telemetryUri = '/redfish/v1/TelemetryService';
export const metricReportUri = (id: string): string => `${telemetryUri}/MetricReports/${id}`;
export const metricReportDefinitionUri = (id: string): string =>
  `${telemetryUri}/MetricReportDefinitions/${id}`;
export const triggerUri = (id: string): string => `${telemetryUri}/Triggers/${id}`;
