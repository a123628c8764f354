/** Certificates that one event destination is verified against. */
import { type Subscription, usesTls } from '../../../events/subscription.ts';
import { withAnchor, withRenewed } from '../../../tls/anchors.ts';
import { show } from '../../../tls/certificates.ts';
import { type App, collection, resource } from '../../app.ts';
import type { CertificateBody } from '../../generated/types.ts';
import { certificateBody } from '../../mapping/certificate-body.ts';
import { accepting } from '../../mapping/certificate-errors.ts';
import { destinationCertificatesUri } from '../../uris.ts';

const uri = '/redfish/v1/EventService/Subscriptions/{EventDestinationId}/Certificates';

/** The subscription of an id, where its destination shows a certificate. */
function secured(app: App, id = ''): Subscription | undefined {
  const found = app.events.find(id);
  return found?.stream === null && usesTls(found.subscription) ? found.subscription : undefined;
}

const change = (app: App, id: string, certificates: Subscription['certificates']): void => {
  const subscription = secured(app, id);
  if (subscription !== undefined) app.events.change(id, { ...subscription, certificates });
};

/** Where the certificates of one subscription stand, and what replaces each. */
export function destinationCertificatesOf(app: App, id: string): [string, (pem: string) => void][] {
  const { certificates = [] } = secured(app, id) ?? {};
  return certificates.map((each) => [
    `${destinationCertificatesUri(id)}/${each.id}`,
    (pem) => change(app, id, withRenewed(certificates, each.id, pem)),
  ]);
}

/** One by which the receiver of events is recognized: its own, or that of an authority (EventDestination.Certificates). */
export const destinationCertificate = resource({
  uri: `${uri}/{CertificateId}`,
  schema: 'Certificate',
  ids: (app, { EventDestinationId }) =>
    (secured(app, EventDestinationId)?.certificates ?? []).map(({ id }) => id),
  find: (app, { EventDestinationId, CertificateId }) => {
    const found = secured(app, EventDestinationId)?.certificates.find(({ id }) => id === CertificateId);
    return found && show(found.id, found.pem);
  },
  body: (model): CertificateBody => ({ Name: 'Trusted to receive events', ...certificateBody(model) }),
  remove: ({ id }, { app, params: { EventDestinationId } }) => {
    const { certificates = [] } = secured(app, EventDestinationId) ?? {};
    change(
      app,
      EventDestinationId,
      certificates.filter((each) => each.id !== id),
    );
  },
});

export const destinationCertificates = collection({
  uri,
  schema: 'CertificateCollection',
  name: 'Certificates by which the receiver of events is recognized',
  members: destinationCertificate,
  exists: (app, { EventDestinationId }) => secured(app, EventDestinationId) !== undefined,
  create: {
    required: ['CertificateString', 'CertificateType'],
    optional: [],
    allowable: { CertificateType: ['PEM'] },
    run: async ({ CertificateString }, { app, params: { EventDestinationId } }) => {
      const { id } = await accepting({ name: 'CertificateString' }, () => {
        const { certificates = [] } = secured(app, EventDestinationId) ?? {};
        const [list, added] = withAnchor(certificates, CertificateString);
        change(app, EventDestinationId, list);
        return added;
      });
      return { uri: `${destinationCertificatesUri(EventDestinationId)}/${id}` };
    },
  },
});
