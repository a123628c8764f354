/** Certificates that client certificates are verified against. */
import { collection, resource } from '../../app.ts';
import type { CertificateBody } from '../../generated/types.ts';
import { certificateBody } from '../../mapping/certificate-body.ts';
import { accepting } from '../../mapping/certificate-errors.ts';
import { clientCertificatesUri } from '../../uris.ts';

/** One who may vouch for clients: an authority, or a client's own certificate. */
export const clientCertificate = resource({
  uri: `${clientCertificatesUri}/{CertificateId}`,
  schema: 'Certificate',
  ids: (app) => app.certificates.trusted.map(({ id }) => id),
  find: (app, { CertificateId }) => app.certificates.trusted.find(({ id }) => id === CertificateId),
  body: (model): CertificateBody => ({ Name: 'Trusted to vouch for clients', ...certificateBody(model) }),
  remove: ({ id }, { app }) => accepting({ name: 'Id' }, () => app.certificates.distrust(id)),
});

export const clientCertificates = collection({
  uri: clientCertificatesUri,
  schema: 'CertificateCollection',
  name: 'Certificates of those who may vouch for clients',
  members: clientCertificate,
  create: {
    required: ['CertificateString', 'CertificateType'],
    optional: [],
    allowable: { CertificateType: ['PEM'] },
    run: async ({ CertificateString }, { app }) => {
      const trust = () => app.certificates.trust(CertificateString);
      const { id } = await accepting({ name: 'CertificateString' }, trust);
      return { uri: `${clientCertificatesUri}/${id}` };
    },
  },
});
