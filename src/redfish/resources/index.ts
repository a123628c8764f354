/** All that this daemon serves. A new resource is one file and one line here. */

import type { App } from '../app.ts';
import type { Collection, Declaration, Resource } from '../service/resource.ts';
import { accountService } from './accounts/account-service.ts';
import { account, accounts } from './accounts/accounts.ts';
import { role, roles } from './accounts/roles.ts';
import { session, sessionService, sessions } from './accounts/session-service.ts';
import {
  aggregationService,
  aggregationSource,
  aggregationSources,
  connectionMethod,
  connectionMethods,
} from './aggregation/aggregation.ts';
import { certificateLocations } from './certificates/certificate-locations.ts';
import { certificateService } from './certificates/certificate-service.ts';
import { clientCertificate, clientCertificates } from './certificates/client-certificates.ts';
import { destinationCertificate, destinationCertificates } from './certificates/destination-certificates.ts';
import { httpsCertificate, httpsCertificates } from './certificates/https-certificates.ts';
import { assembly } from './chassis/assembly.ts';
import { chassis, chassisCollection } from './chassis/chassis.ts';
import { control, controls } from './chassis/controls.ts';
import { drive, drives } from './chassis/drives.ts';
import { environmentMetrics } from './chassis/environment-metrics.ts';
import { fan, fans } from './chassis/fans.ts';
import { leakDetection, leakDetector, leakDetectors } from './chassis/leak-detection.ts';
import { pcieSlots } from './chassis/pcie-slots.ts';
import { power } from './chassis/power.ts';
import { powerSubsystem } from './chassis/power-subsystem.ts';
import { powerSupplies, powerSupply, powerSupplyMetrics } from './chassis/power-supplies.ts';
import { sensor, sensors } from './chassis/sensors.ts';
import { thermal } from './chassis/thermal.ts';
import { thermalMetrics, thermalSubsystem } from './chassis/thermal-subsystem.ts';
import { eventDestination, eventDestinations } from './events/event-destinations.ts';
import { eventService } from './events/event-service.ts';
import { dump, dumpEntries, dumpEntry } from './managers/dump.ts';
import { ethernetInterface, ethernetInterfaces } from './managers/ethernet-interfaces.ts';
import { manager, managers } from './managers/managers.ts';
import { networkProtocol } from './managers/network-protocol.ts';
import { securityPolicy } from './managers/security-policy.ts';
import { jsonSchema, jsonSchemas, messageRegistries, messageRegistry } from './root/schemas.ts';
import { serviceRoot } from './root/service-root.ts';
import { bios } from './systems/bios.ts';
import { bootOption, bootOptions } from './systems/boot-options.ts';
import { managerLogServices, systemLogs } from './systems/log-services.ts';
import { memory, memoryCollection } from './systems/memory.ts';
import { processor, processors } from './systems/processors.ts';
import { simpleStorage, simpleStorages } from './systems/simple-storage.ts';
import { system, systems } from './systems/systems.ts';
import { virtualMedia, virtualMediaCollection } from './systems/virtual-media.ts';
import { subTask, subTasks, task, taskService, tasks } from './tasks/tasks.ts';
import { metricDefinition, metricDefinitions } from './telemetry/metric-definitions.ts';
import { metricReportDefinition, metricReportDefinitions } from './telemetry/metric-report-definitions.ts';
import { metricReport, metricReports } from './telemetry/metric-reports.ts';
import { telemetryService } from './telemetry/telemetry-service.ts';
import { trigger, triggers } from './telemetry/triggers.ts';
import { firmwareInventory, softwareInventory, updateService } from './update/update-service.ts';

const all: readonly (Resource<App> | Collection<App>)[] = [
  serviceRoot,
  ...[systems, system, ...systemLogs],
  ...[processors, processor, memoryCollection, memory, simpleStorages, simpleStorage],
  ...[bios, bootOptions, bootOption, pcieSlots, virtualMediaCollection, virtualMedia],
  ...[chassisCollection, chassis, assembly, sensors, sensor, controls, control, environmentMetrics],
  ...[thermal, thermalSubsystem, thermalMetrics, fans, fan],
  ...[leakDetection, leakDetectors, leakDetector, drives, drive],
  ...[power, powerSubsystem, powerSupplies, powerSupply, powerSupplyMetrics],
  ...[managers, manager, ethernetInterfaces, ethernetInterface, networkProtocol, ...managerLogServices],
  ...[dump, dumpEntries, dumpEntry],
  ...[accountService, accounts, account, roles, role],
  ...[sessionService, sessions, session],
  ...[certificateService, certificateLocations, httpsCertificates, httpsCertificate, securityPolicy],
  ...[clientCertificates, clientCertificate],
  ...[eventService, eventDestinations, eventDestination],
  ...[destinationCertificates, destinationCertificate],
  ...[telemetryService, metricDefinitions, metricDefinition, metricReportDefinitions, metricReportDefinition],
  ...[metricReports, metricReport, triggers, trigger],
  ...[taskService, tasks, task, subTasks, subTask],
  ...[aggregationService, aggregationSources, aggregationSource, connectionMethods, connectionMethod],
  ...[updateService, firmwareInventory, softwareInventory],
  ...[jsonSchemas, jsonSchema, messageRegistries, messageRegistry],
];

export const declarations: readonly Declaration<App>[] = all.map((each) =>
  'members' in each ? { kind: 'collection', collection: each } : { kind: 'resource', resource: each },
);
