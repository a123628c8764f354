/** Leak detection of a chassis, where it has detectors: the summary in the thermal subsystem, and each detector. */

import { worst } from '../../../board/health.ts';
import type { LeakDetector } from '../../../board/model/sensor.ts';
import { type App, collection, resource } from '../../app.ts';
import type { LeakDetectionBody, LeakDetectorBody, Link } from '../../generated/types.ts';
import { link, statusOf } from '../../mapping/common.ts';
import { chassisUri, leakDetectorUri } from '../../uris.ts';

export const leakDetectorsOf = (app: App, chassis: string): LeakDetector[] =>
  [...app.board.leakDetectors.values()].filter((each) => each.chassis === chassis);

const hasDetectors = (app: App, chassis: string | undefined): boolean =>
  chassis !== undefined && leakDetectorsOf(app, chassis).length > 0;

/** The links of a chassis, and of its thermal subsystem, to what detects its leaks; nothing where nothing does. */
export const leakDetectorsLink = (app: App, chassis: string): Link | undefined =>
  hasDetectors(app, chassis) ? link(`${chassisUri(chassis)}/LeakDetectors`) : undefined;
export const leakDetectionLink = (app: App, chassis: string): Link | undefined =>
  hasDetectors(app, chassis) ? link(`${chassisUri(chassis)}/ThermalSubsystem/LeakDetection`) : undefined;

export const leakDetection = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/ThermalSubsystem/LeakDetection',
  schema: 'LeakDetection',
  find: (app, { ChassisId }) => (hasDetectors(app, ChassisId) ? app.board.chassis.get(ChassisId) : undefined),
  body: ({ id, name }, { app }): LeakDetectionBody => {
    const detectors = leakDetectorsOf(app, id);
    const status = statusOf({ state: 'Enabled', health: worst(detectors.map((each) => each.status.health)) });
    return {
      Name: 'Leak detection',
      Status: status,
      LeakDetectorGroups: [
        {
          GroupName: name,
          Detectors: detectors.map((detector) => ({
            DataSourceUri: leakDetectorUri(detector),
            DeviceName: detector.name,
            DetectorState: detector.state,
            PhysicalContext: detector.facts.context,
          })),
          'Detectors@odata.count': detectors.length,
          Status: status,
        },
      ],
    };
  },
});

export const leakDetector = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/LeakDetectors/{LeakDetectorId}',
  schema: 'LeakDetector',
  ids: (app, { ChassisId }) => leakDetectorsOf(app, ChassisId).map(({ id }) => id),
  find: (app, { ChassisId, LeakDetectorId }) => {
    const found = app.board.leakDetectors.get(LeakDetectorId);
    return found?.chassis === ChassisId ? found : undefined;
  },
  body: ({ name, facts, state, status }): LeakDetectorBody => ({
    Name: name,
    LeakDetectorType: facts.type,
    DetectorState: state,
    PhysicalContext: facts.context,
    Location:
      facts.label === undefined
        ? undefined
        : { PartLocation: { ServiceLabel: facts.label, LocationType: 'Bay' } },
    CriticalReactionType: facts.severity === 'Warning' ? 'None' : (facts.reaction?.type ?? 'None'),
    WarningReactionType: facts.severity === 'Warning' ? (facts.reaction?.type ?? 'None') : 'None',
    ReactionDelaySeconds:
      facts.reaction === undefined ? undefined : Math.round((facts.reaction.delay ?? 0) / 1000),
    Status: statusOf(status),
  }),
});

export const leakDetectors = collection({
  uri: '/redfish/v1/Chassis/{ChassisId}/LeakDetectors',
  schema: 'LeakDetectorCollection',
  name: 'Leak detectors',
  members: leakDetector,
  exists: (app, { ChassisId }) => hasDetectors(app, ChassisId),
});
