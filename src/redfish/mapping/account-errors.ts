/** What a refusal of accounts, roles or sessions is in Redfish's words. */
import { AccountError, type AccountRefusal } from '../../accounts/account-error.ts';
import type { Login } from '../../accounts/logins.ts';
import { type Message, message, RedfishError } from '../../messages/messages.ts';

/** Runs `work`; an AccountError becomes the RedfishError that names the property concerned. */
export function refusing<T>(work: () => T): T {
  const translate = (error: unknown): never => {
    throw error instanceof AccountError ? refusal(error) : error;
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(translate) as T) : result;
  } catch (error) {
    return translate(error);
  }
}

function refusal(error: AccountError): RedfishError {
  const about = error.property === null ? {} : { relatedProperties: [`#/${error.property}`] };
  const property = error.property ?? '';
  const make: Record<AccountRefusal, () => readonly [Message, number]> = {
    'not-found': () => [message('Base.ResourceNotFound', ['ManagerAccount', property]), 404],
    exists: () => [
      message('Base.ResourceAlreadyExists', ['ManagerAccount', property, 'the given value'], about),
      409,
    ],
    changed: () => [message('Base.PreconditionFailed', []), 412],
    'user-name': () => [message('Base.PropertyValueError', [property], about), 400],
    privilege: () => [message('Base.PropertyValueError', [property], about), 400],
    value: () => [message('Base.PropertyValueError', [property], about), 400],
    conflict: () => [message('Base.PropertyValueConflict', [property, error.other ?? ''], about), 400],
    role: () => [message('Base.PropertyValueNotInList', ['the given role', property], about), 400],
    predefined: () => [message('Base.RestrictedRole', ['predefined']), 403],
    'in-use': () => [message('Base.ResourceInUse', []), 409],
    'password-too-short': () => [message('Base.PasswordIncorrectLength', []), 400],
    'password-too-long': () => [message('Base.PasswordIncorrectLength', []), 400],
    'password-obvious': () => [message('Base.PasswordComplexityNotMet', []), 400],
    'password-reused': () => [message('Base.PasswordReuseTooRecent', []), 400],
    'last-administrator': () => [message('Base.ResourceCannotBeDeleted', []), 403],
    'session-limit': () => [message('Base.SessionLimitExceeded', []), 503],
    busy: () => [message('Base.ServiceTemporarilyUnavailable', ['2']), 503],
  };
  const [said, status] = make[error.reason]();
  return new RedfishError([said], status, error.reason === 'busy' ? { 'Retry-After': '2' } : {});
}

/** The answer to a login that failed: one for every reason that a guesser must not learn. */
export function loginRefused(login: Login & { readonly ok: false }): RedfishError {
  if (login.reason === 'wrong') return new RedfishError([message('Base.NoValidSession', [])], 401);
  const seconds = String(login.seconds);
  const said = message('Base.ServiceTemporarilyUnavailable', [seconds]);
  return new RedfishError([said], 429, { 'Retry-After': seconds });
}
