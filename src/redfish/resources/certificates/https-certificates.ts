/** The certificate of the HTTPS service. */
import { collection, resource } from '../../app.ts';
import type { CertificateBody } from '../../generated/types.ts';
import { certificateBody } from '../../mapping/certificate-body.ts';
import { accepting } from '../../mapping/certificate-errors.ts';
import { httpsCertificatesUri } from '../../uris.ts';
import { managerAt } from '../managers/managers.ts';

/** The certificate that this service shows. There is always one: it is replaced, never deleted. */
export const httpsCertificate = resource({
  uri: '/redfish/v1/Managers/{ManagerId}/NetworkProtocol/HTTPS/Certificates/{CertificateId}',
  schema: 'Certificate',
  ids: (app) => [app.certificates.server.id],
  find: (app, params) => {
    const { server } = app.certificates;
    return managerAt(app, params) && params.CertificateId === server.id ? server : undefined;
  },
  body: (model): CertificateBody => ({
    Name: 'HTTPS certificate',
    ...certificateBody(model),
    CertificateUsageTypes: ['Web'],
  }),
});

export const httpsCertificates = collection({
  uri: '/redfish/v1/Managers/{ManagerId}/NetworkProtocol/HTTPS/Certificates',
  schema: 'CertificateCollection',
  name: 'HTTPS certificates',
  members: httpsCertificate,
  exists: (app, params) => managerAt(app, params) !== undefined,
  create: {
    required: ['CertificateString', 'CertificateType'],
    optional: [],
    allowable: { CertificateType: ['PEM', 'PEMchain'] },
    // The service shows one certificate: a new one takes the place of the one before.
    run: async ({ CertificateString }, { app, params }) => {
      const install = () => app.certificates.install(CertificateString);
      const { id } = await accepting({ name: 'CertificateString' }, install);
      return { uri: `${httpsCertificatesUri(params.ManagerId)}/${id}` };
    },
  },
});
