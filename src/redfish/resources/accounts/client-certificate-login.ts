/** Login by client certificate, as the account service shows it (AccountService.MultiFactorAuth.ClientCertificate). */

import { message } from '../../../messages/messages.ts';
import type { CertificateMapping, TlsPolicy } from '../../../tls/policy.ts';
import type { App } from '../../app.ts';
import type { AccountServiceClientCertificate, Writables } from '../../generated/types.ts';
import { accepting } from '../../mapping/certificate-errors.ts';
import { link } from '../../mapping/common.ts';
import type { Changes, Write } from '../../service/declare.ts';
import { clientCertificatesUri } from '../../uris.ts';

const above = 'MultiFactorAuth/ClientCertificate' as const;
const enabledPath = `${above}/Enabled` as const;
const respondPath = `${above}/RespondToUnauthenticatedClients` as const;
const mappingPath = `${above}/CertificateMappingAttribute` as const;
const mappings: readonly CertificateMapping[] = ['CommonName', 'UserPrincipalName'];

export const clientCertificateLogin = ({
  certificates: { policy },
}: App): AccountServiceClientCertificate => ({
  Enabled: policy.clientCertificates,
  RespondToUnauthenticatedClients: !policy.certificateRequired,
  CertificateMappingAttribute: policy.mapping,
  Certificates: link(clientCertificatesUri),
});

export const clientCertificateWrite: Write<App, App, 'AccountService'> = {
  properties: [enabledPath, respondPath, mappingPath],
  allowable: () => ({ [mappingPath]: mappings }),
  // Whoever turns away clients without a certificate must have come with one, or nobody might ever come again.
  check: ({ certificates: { policy } }, changes, { principal }) => {
    const wanted = policyOf(policy, changes);
    const shuts = wanted.clientCertificates && wanted.certificateRequired;
    if (!shuts || (policy.clientCertificates && principal?.certified === true)) return [];
    const [name, value] = changes.get(respondPath) === false ? [respondPath, 'false'] : [enabledPath, 'true'];
    return [
      message('Base.PropertyValueResourceConflict', [name, value, clientCertificatesUri], {
        relatedProperties: [`#/${name}`],
      }),
    ];
  },
  apply: async ({ certificates }, changes) => {
    const before = certificates.policy;
    await accepting({ name: respondPath }, () => certificates.setPolicy(policyOf(before, changes)));
    return () => certificates.setPolicy(before);
  },
};

function policyOf(before: TlsPolicy, changes: Changes<Writables['AccountService']>): TlsPolicy {
  const respond = changes.get(respondPath);
  return {
    ...before,
    clientCertificates: changes.get(enabledPath) ?? before.clientCertificates,
    certificateRequired: typeof respond === 'boolean' ? !respond : before.certificateRequired,
    mapping: mappings.find((each) => each === changes.get(mappingPath)) ?? before.mapping,
  };
}
