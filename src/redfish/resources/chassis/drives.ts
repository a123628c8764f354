/** The drives that the controller itself sees, under the chassis that carries them. */

import type { Drive } from '../../../board/model/chassis.ts';
import { type App, collection, resource } from '../../app.ts';
import type { DriveBody, Link } from '../../generated/types.ts';
import { link, statusOf } from '../../mapping/common.ts';
import { chassisUri } from '../../uris.ts';

const drivesOf = (app: App, chassis: string): Drive[] =>
  [...app.board.drives.values()].filter((each) => each.chassis === chassis);

/** A chassis has a place for drives, whether there are any in it or not. */
const hasBays = (app: App, chassis: string): boolean => {
  const [first] = app.board.platform.chassis;
  return (
    app.board.chassis.has(chassis) &&
    (app.board.platform.drives ?? []).some((drive) => (drive.chassis ?? first?.id) === chassis)
  );
};

export const drivesLink = (app: App, chassis: string): Link | undefined =>
  hasBays(app, chassis) ? link(`${chassisUri(chassis)}/Drives`) : undefined;

export const drive = resource({
  uri: '/redfish/v1/Chassis/{ChassisId}/Drives/{DriveId}',
  schema: 'Drive',
  shows: 'readings',
  spans: true,
  ids: (app, { ChassisId }) => drivesOf(app, ChassisId).map(({ id }) => id),
  find: (app, { ChassisId, DriveId }) => {
    const found = app.board.drives.get(DriveId);
    return found?.chassis === ChassisId ? found : undefined;
  },
  body: ({ name, facts, status, chassis }, { app }): DriveBody => {
    const used =
      facts.lifeUsed === undefined ? null : (app.board.sensors.get(facts.lifeUsed)?.reading ?? null);
    return {
      Name: name,
      MediaType: facts.media,
      Protocol: facts.protocol,
      PredictedMediaLifeLeftPercent:
        facts.lifeUsed === undefined ? undefined : used === null ? null : Math.max(0, 100 - used),
      PhysicalLocation:
        facts.label === undefined
          ? undefined
          : { PartLocation: { ServiceLabel: facts.label, LocationType: 'Bay' } },
      Status: statusOf(status),
      Links: { Chassis: link(chassisUri(chassis)) },
    };
  },
});

export const drives = collection({
  uri: '/redfish/v1/Chassis/{ChassisId}/Drives',
  schema: 'DriveCollection',
  name: 'Drives',
  members: drive,
  exists: (app, { ChassisId }) => hasBays(app, ChassisId),
});
