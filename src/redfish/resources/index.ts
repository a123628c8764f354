/** All that this daemon serves. A new resource is one file and one line here. */
import type { Collection, Declaration, Resource } from '../service/resource.ts';
import { accountService } from './account-service.ts';
import { account, accounts } from './accounts.ts';
import {
  aggregationService,
  aggregationSource,
  aggregationSources,
  connectionMethod,
  connectionMethods,
} from './aggregation.ts';
import type { App } from './app.ts';
import { assembly } from './assembly.ts';
import { certificateLocations } from './certificate-locations.ts';
import { certificateService } from './certificate-service.ts';
import { chassis, chassisCollection } from './chassis.ts';
import { clientCertificate, clientCertificates } from './client-certificates.ts';
import { control, controls } from './controls.ts';
import { destinationCertificate, destinationCertificates } from './destination-certificates.ts';
import { drive, drives } from './drives.ts';
import { dump, dumpEntries, dumpEntry } from './dump.ts';
import { environmentMetrics } from './environment-metrics.ts';
import { ethernetInterface, ethernetInterfaces } from './ethernet-interfaces.ts';
import { eventDestination, eventDestinations } from './event-destinations.ts';
import { eventService } from './event-service.ts';
import { fan, fans } from './fans.ts';
import { httpsCertificate, httpsCertificates } from './https-certificates.ts';
import { leakDetection, leakDetector, leakDetectors } from './leak-detection.ts';
import { managerLogServices, systemLogs } from './log-services.ts';
import { manager, managers } from './managers.ts';
import { metricDefinition, metricDefinitions } from './metric-definitions.ts';
import { metricReportDefinition, metricReportDefinitions } from './metric-report-definitions.ts';
import { metricReport, metricReports } from './metric-reports.ts';
import { networkProtocol } from './network-protocol.ts';
import { power } from './power.ts';
import { powerSubsystem } from './power-subsystem.ts';
import { powerSupplies, powerSupply, powerSupplyMetrics } from './power-supplies.ts';
import { role, roles } from './roles.ts';
import { jsonSchema, jsonSchemas, messageRegistries, messageRegistry } from './schemas.ts';
import { securityPolicy } from './security-policy.ts';
import { sensor, sensors } from './sensors.ts';
import { serviceRoot } from './service-root.ts';
import { session, sessionService, sessions } from './session-service.ts';
import { system, systems } from './systems.ts';
import { subTask, subTasks, task, taskService, tasks } from './tasks.ts';
import { telemetryService } from './telemetry-service.ts';
import { thermal } from './thermal.ts';
import { thermalMetrics, thermalSubsystem } from './thermal-subsystem.ts';
import { trigger, triggers } from './triggers.ts';
import { firmwareInventory, softwareInventory, updateService } from './update-service.ts';

const all: readonly (Resource<App> | Collection<App>)[] = [
  serviceRoot,
  ...[systems, system, ...systemLogs],
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
