/** SecurityPolicy of the manager: TLS versions and suites. */
import { message } from '../../../messages/messages.ts';
import { cipherSuites } from '../../../tls/context.ts';
import { resource } from '../../app.ts';
import type { SecurityPolicyBody } from '../../generated/types.ts';
import { link } from '../../mapping/common.ts';
import type { Json } from '../../service/json.ts';
import { clientCertificatesUri } from '../../uris.ts';
import { managerAt } from './managers.ts';

const versionsPath = 'TLS/Server/Allowed/Versions';
const versions = { 'TLSv1.2': ['1.2', '1.3'], 'TLSv1.3': ['1.3'] } as const;

/** How the manager speaks TLS where it is the server. */
export const securityPolicy = resource({
  uri: '/redfish/v1/Managers/{ManagerId}/SecurityPolicy',
  schema: 'SecurityPolicy',
  find: managerAt,
  body: (_facts, { app: { certificates } }): SecurityPolicyBody => ({
    Id: 'SecurityPolicy',
    Name: 'Security policy',
    TLS: {
      Server: {
        VerifyCertificate: certificates.policy.clientCertificates,
        TrustedCertificates: link(clientCertificatesUri),
        Allowed: {
          Versions: versions[certificates.policy.minVersion],
          Algorithms: { CipherSuites: cipherSuites(certificates.policy.minVersion) },
        },
      },
    },
  }),
  writes: [
    {
      properties: [versionsPath],
      check: (_facts, changes) =>
        minimumOf(changes.get(versionsPath)) !== undefined
          ? []
          : [
              message(
                'Base.PropertyValueIncorrect',
                ['Versions', JSON.stringify(changes.get(versionsPath))],
                { relatedProperties: [`#/${versionsPath}`] },
              ),
            ],
      apply: (_facts, changes, { app: { certificates } }) => {
        const { minVersion } = certificates.policy;
        certificates.setPolicy({ minVersion: minimumOf(changes.get(versionsPath)) ?? minVersion });
        return () => certificates.setPolicy({ minVersion });
      },
    },
  ],
});

/** The lowest version of a list that this service can keep to: the latest version is always among them. */
function minimumOf(list: Json | undefined): keyof typeof versions | undefined {
  const given = new Set(Array.isArray(list) ? (list as readonly string[]) : []);
  if (given.size === 0 || (given.size === 1 && given.has('ALL'))) return 'TLSv1.2';
  if (!given.has('1.3')) return undefined;
  if (given.size === 1) return 'TLSv1.3';
  return given.size === 2 && given.has('1.2') ? 'TLSv1.2' : undefined;
}
