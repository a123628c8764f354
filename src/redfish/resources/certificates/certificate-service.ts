/** CertificateService: signing requests and replacement. */
import { message, RedfishError } from '../../../messages/messages.ts';
import { resource } from '../../app.ts';
import type { CertificateServiceBody, Link } from '../../generated/types.ts';
import { accepting } from '../../mapping/certificate-errors.ts';
import { link } from '../../mapping/common.ts';
import { csrParameters, signingRequestOf } from '../../mapping/signing-request.ts';
import { httpsCertificatesUri } from '../../uris.ts';
import { certificatesOf } from './certificate-locations.ts';

const replaceCertificate = 'CertificateService.ReplaceCertificate';
const generateCsr = 'CertificateService.GenerateCSR';

export const certificateService = resource({
  uri: '/redfish/v1/CertificateService',
  schema: 'CertificateService',
  find: (app) => app,
  body: (_app, { uri }): CertificateServiceBody => ({
    Name: 'Certificates',
    CertificateLocations: link(`${uri}/CertificateLocations`),
  }),
  actions: {
    [generateCsr]: {
      parameters: { CertificateCollection: { type: 'Object', required: true }, ...csrParameters },
      run: async (_app, args, { app }) => {
        const wanted = uriOf(args.CertificateCollection);
        const target = httpsCertificatesUri(app.board.platform.manager.id);
        // The others hold certificates whose keys are somebody else's.
        if (wanted !== target) throw noSuch(wanted, 'CertificateCollection', generateCsr);
        const CSRString = await app.certificates.request(signingRequestOf(args, generateCsr));
        return { CertificateCollection: link(target), CSRString };
      },
    },
    [replaceCertificate]: {
      parameters: {
        CertificateString: { type: 'String', required: true },
        CertificateType: { type: 'String', required: true, allowable: () => ['PEM', 'PEMchain'] },
        CertificateUri: { type: 'Object', required: true },
      },
      location: ({ CertificateUri }) => uriOf(CertificateUri),
      run: async (_app, args, { app }) => {
        const uri = uriOf(args.CertificateUri);
        const replace = certificatesOf(app).get(uri);
        if (replace === undefined) throw noSuch(uri, 'CertificateUri', replaceCertificate);
        await accepting({ name: 'CertificateString', action: replaceCertificate }, () =>
          replace(args.CertificateString),
        );
        return undefined;
      },
    },
  },
});

/** The URI in a link; a slash at its end says nothing. */
const uriOf = (link: Link): string => link['@odata.id'].replace(/\/$/, '');

const noSuch = (uri: string, parameter: string, action: string): RedfishError =>
  new RedfishError([
    message('Base.ActionParameterValueNotInList', [uri, parameter, action], {
      relatedProperties: [`#/${parameter}/@odata.id`],
    }),
  ]);
