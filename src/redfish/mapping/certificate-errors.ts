/** What a refusal of a certificate is in Redfish's words. */

import { message, RedfishError } from '../../messages/messages.ts';
import { CertificateRefusal } from '../../tls/refusal.ts';

/** Where in a request the certificate stands: a property of a new resource, or a parameter of an action. */
export interface Source {
  readonly name: string;
  readonly action?: string;
}

/** Runs `work`; a CertificateRefusal becomes the RedfishError that names where the certificate stands. */
export async function accepting<T>(source: Source, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CertificateRefusal ? refusal(error, source) : error;
  }
}

/** The value itself is never repeated: in its place stands what is wrong with it. */
function refusal({ reason, message: fault }: CertificateRefusal, { name, action }: Source): RedfishError {
  const about = { relatedProperties: [`#/${name}`] };
  switch (reason) {
    case 'format':
      return new RedfishError([
        action === undefined
          ? message('Base.PropertyValueFormatError', [fault, name], about)
          : message('Base.ActionParameterValueFormatError', [fault, name, action], about),
      ]);
    case 'value':
      return new RedfishError([
        action === undefined
          ? message('Base.PropertyValueIncorrect', [name, fault], about)
          : message('Base.ActionParameterValueConflict', [name, fault], about),
      ]);
    case 'exists':
      return new RedfishError([
        message('Base.ResourceAlreadyExists', ['Certificate', 'Fingerprint', fault], about),
      ]);
    case 'limit':
      return new RedfishError([message('Base.CreateLimitReachedForResource', [])]);
    case 'in-use':
      return new RedfishError([message('Base.ResourceInUse', [])]);
  }
}
