/** CertificateLocations: where certificates are installed. */
import { type App, resource } from '../../app.ts';
import type { CertificateLocationsBody } from '../../generated/types.ts';
import { links } from '../../mapping/common.ts';
import { clientCertificatesUri, httpsCertificatesUri } from '../../uris.ts';
import { destinationCertificatesOf } from './destination-certificates.ts';

/** Where each certificate of this service stands, and what replaces it. */
export function certificatesOf(app: App): ReadonlyMap<string, (pem: string) => unknown> {
  const { certificates, board } = app;
  const { id: server } = certificates.server;
  return new Map([
    [
      `${httpsCertificatesUri(board.platform.manager.id)}/${server}`,
      (pem) => certificates.install(pem, server),
    ] as const,
    ...certificates.trusted.map(
      ({ id }) =>
        [`${clientCertificatesUri}/${id}`, (pem: string) => certificates.replaceTrusted(id, pem)] as const,
    ),
    ...app.events.ids().flatMap((subscription) => destinationCertificatesOf(app, subscription)),
  ]);
}

export const certificateLocations = resource({
  uri: '/redfish/v1/CertificateService/CertificateLocations',
  schema: 'CertificateLocations',
  find: (app) => app,
  body: (app): CertificateLocationsBody => ({
    Name: 'Certificates of this service',
    Links: { Certificates: links(certificatesOf(app).keys()) },
  }),
});
