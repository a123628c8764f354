/** The drive of a virtual machine that takes images from the network. */
import { basename } from 'node:path';
import { DeviceError } from '../../../../drivers/errors.ts';
import { ImageError } from '../../../host/images.ts';
import { message, RedfishError } from '../../../messages/messages.ts';
import { type App, collection, resource } from '../../app.ts';
import type { Link, VirtualMediaBody } from '../../generated/types.ts';
import { enabled, link } from '../../mapping/common.ts';
import { systemUri } from '../../uris.ts';

const driveId = 'Cd';

const found = (app: App, host: string) => (app.media.has(host) ? app.board.hosts.get(host) : undefined);

export const virtualMediaLink = (app: App, host: string): Link | undefined =>
  app.media.has(host) ? link(`${systemUri(host)}/VirtualMedia`) : undefined;

export const virtualMedia = resource({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/VirtualMedia/{VirtualMediaId}',
  schema: 'VirtualMedia',
  ids: (app, { ComputerSystemId }) => (found(app, ComputerSystemId) === undefined ? [] : [driveId]),
  find: (app, { ComputerSystemId, VirtualMediaId }) =>
    VirtualMediaId === driveId ? found(app, ComputerSystemId) : undefined,
  body: ({ id }, { app }): VirtualMediaBody => {
    const image = app.media.image(id);
    return {
      Name: 'CD drive',
      MediaTypes: ['CD', 'DVD'],
      Image: image,
      ImageName: image === null ? null : nameOf(image),
      Inserted: image !== null,
      ConnectedVia: image === null ? 'NotConnected' : 'URI',
      WriteProtected: true,
      TransferMethod: 'Upload',
      Status: enabled,
    };
  },
  actions: {
    'VirtualMedia.InsertMedia': {
      parameters: {
        Image: { type: 'String', required: true },
        Inserted: { type: 'Boolean' },
        WriteProtected: { type: 'Boolean' },
        UserName: { type: 'String' },
        Password: { type: 'String' },
        TransferMethod: { type: 'String', allowable: () => ['Upload'] },
        TransferProtocolType: { type: 'String', allowable: () => ['HTTP', 'HTTPS'] },
      },
      run: async ({ id }, { Image, UserName, Password, Inserted, WriteProtected }, { app }) => {
        // An image is inserted at once, and never written.
        for (const [name, value] of Object.entries({ Inserted, WriteProtected }))
          if (value === false)
            throw new RedfishError(
              [message('Base.ActionParameterNotSupported', [name, 'VirtualMedia.InsertMedia'])],
              400,
            );
        if (app.media.isBusy(id) || app.media.image(id) !== null)
          throw new RedfishError([message('Base.ResourceInUse', [])], 409);
        const source = { uri: Image ?? '', user: UserName ?? undefined, password: Password ?? undefined };
        await app.media.insert(id, { ...source, verify: true }).catch((error: unknown) => {
          throw refusalOf(error, source.uri);
        });
        return undefined;
      },
    },
    'VirtualMedia.EjectMedia': {
      parameters: {},
      run: async ({ id }, _args, { app }) => {
        if (app.media.isBusy(id)) throw new RedfishError([message('Base.ResourceInUse', [])], 409);
        await app.media.eject(id);
        return undefined;
      },
    },
  },
});

export const virtualMediaCollection = collection({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/VirtualMedia',
  schema: 'VirtualMediaCollection',
  name: 'Virtual media',
  members: virtualMedia,
  exists: (app, { ComputerSystemId }) => found(app, ComputerSystemId) !== undefined,
});

function nameOf(uri: string): string {
  return URL.canParse(uri) ? basename(new URL(uri).pathname) : uri;
}

function refusalOf(error: unknown, uri: string): unknown {
  if (error instanceof DeviceError) return error;
  if (!(error instanceof ImageError)) return error;
  switch (error.reason) {
    case 'connection':
    case 'refused':
      return new RedfishError([message('Base.CouldNotEstablishConnection', [uri])], 404);
    case 'protocol':
      return new RedfishError(
        [message('Base.ActionParameterValueFormatError', [uri, 'Image', 'VirtualMedia.InsertMedia'])],
        400,
      );
    case 'too-large':
      return new RedfishError([message('Base.InsufficientStorage', [])], 507);
  }
}
