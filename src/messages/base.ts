/** The Base registry: results of requests. */
import { nothingToDo, type Wordings } from './wording.ts';

const correctValue = 'Correct the value and send the request again.';
const waitAndRetry =
  'Wait a moment and send the request again. If it keeps failing, read the log of the manager.';
const checkUri = 'Check that the URI is right and that what it points to can be reached from here.';

/** The Base registry: what the service says about a request. */
export const base: Wordings<'Base'> = {
  AccessDenied: [
    "Access to '%1' was refused while the request was carried out.",
    'Check the credentials with which the service is to reach that URI.',
  ],
  AccessForbidden: ['Access to this resource is not allowed.', 'Log in as a user who may access it.'],
  AccessUnauthorized: ['The credentials are missing or wrong.', 'Send valid credentials with the request.'],
  AccountForSessionNoLongerExists: [
    'The session has ended because its account was deleted.',
    'Log in with an account that exists.',
  ],
  AccountModified: ['The account was changed.', nothingToDo],
  AccountNotModified: [
    'The account was not changed.',
    'The other messages of this answer say why. Correct the request and send it again.',
  ],
  AccountRemoved: ['The account was deleted.', nothingToDo],
  ActionDeprecated: [
    "The action '%1' is deprecated and will disappear in a later version.",
    'Use the action that the schema names in its place.',
  ],
  ActionNotSupported: [
    "The action '%1' is not supported by this resource.",
    'The Actions object of the resource lists the actions that it supports.',
  ],
  ActionParameterDuplicate: [
    "The action '%1' was given the parameter '%2' more than once.",
    'Give each parameter once and send the request again.',
  ],
  ActionParameterMissing: [
    "The action '%1' needs the parameter '%2', which is missing.",
    'Add the parameter and send the request again.',
  ],
  ActionParameterNotSupported: [
    "The parameter '%1' of the action '%2' is not supported by this resource.",
    'Leave the parameter out and send the request again.',
  ],
  ActionParameterUnknown: [
    "The action '%1' has no parameter '%2'.",
    'Leave the parameter out or correct its name. The action info of the action lists its parameters.',
  ],
  ActionParameterValueConflict: [
    "The value '%2' of the parameter '%1' cannot be accepted here.",
    correctValue,
  ],
  ActionParameterValueError: [
    "The value of the parameter '%1' of the action '%2' is not valid.",
    correctValue,
  ],
  ActionParameterValueFormatError: [
    "The value '%1' of the parameter '%2' of the action '%3' has the right type but the wrong format.",
    correctValue,
  ],
  ActionParameterValueNotInList: [
    "The value '%1' of the parameter '%2' of the action '%3' is not one of the values that are allowed.",
    'Choose one of the values that the AllowableValues annotation or the action info lists.',
  ],
  ActionParameterValueOutOfRange: [
    "The value '%1' of the parameter '%2' of the action '%3' is outside the range that is allowed.",
    correctValue,
  ],
  ActionParameterValueTypeError: [
    "The value '%1' of the parameter '%2' of the action '%3' has the wrong type.",
    correctValue,
  ],
  ArraySizeTooLong: [
    "The array '%1' holds more elements than the %2 that are allowed.",
    'Send fewer elements.',
  ],
  ArraySizeTooShort: [
    "The array '%1' holds fewer elements than the %2 that are needed.",
    'Send more elements.',
  ],
  AuthenticationTokenRequired: [
    'This account must also give an authentication token to log in.',
    'Send the token together with the user name and the password.',
  ],
  ChassisPowerStateOffRequired: [
    "The chassis '%1' must be powered off for this request.",
    'Power the chassis off and send the request again.',
  ],
  ChassisPowerStateOnRequired: [
    "The chassis '%1' must be powered on for this request.",
    'Power the chassis on and send the request again.',
  ],
  ConditionInRelatedResource: [
    'A resource related to this one reports a condition that needs attention.',
    'Look at the Conditions of the related resources, which the links of this resource name.',
  ],
  CouldNotEstablishConnection: ["No connection to '%1' could be made.", checkUri],
  CreateFailedMissingReqProperties: [
    "The property '%1' is needed to create the resource and is missing.",
    'Add the property and send the request again.',
  ],
  CreateLimitReachedForResource: [
    'No more resources of this kind can be created.',
    'Delete a resource of this kind that is no longer needed, then send the request again.',
  ],
  Created: ['The resource was created.', nothingToDo],
  EmptyJSON: [
    'The body of the request is an empty JSON object, but at least one property is needed.',
    'Put the properties to be changed into the body and send the request again.',
  ],
  EventBufferExceeded: [
    'Events were lost because more happened than could be held for this subscriber.',
    'Read the log services of the managed resources for what was missed.',
  ],
  EventSubscriptionLimitExceeded: [
    'No more event subscriptions can be made.',
    'Delete a subscription that is no longer needed, then send the request again.',
  ],
  GeneralError: ['The request was refused.', 'The messages in ExtendedInfo say what is wrong.'],
  GenerateSecretKeyRequired: [
    'The account needs a new secret key for time-based one-time passwords before it may do anything else.',
    "Generate the key with the action at '%1'.",
  ],
  HeaderInvalid: [
    "The value of the request header '%1' is not valid.",
    'Correct the header and send the request again.',
  ],
  HeaderMissing: [
    "The request header '%1' is needed and is missing.",
    'Add the header and send the request again.',
  ],
  InsufficientPrivilege: [
    'The account does not have the privileges that this operation needs.',
    'Log in as a user who has them, or ask an administrator to assign a role that includes them.',
  ],
  InsufficientStorage: [
    'There is not enough storage for this operation.',
    'Free storage, for example by clearing logs, then send the request again.',
  ],
  InternalError: ['The request failed because of a fault inside the service.', waitAndRetry],
  InvalidIndex: ['The array has no element %1.', 'Use an index that lies within the array.'],
  InvalidJSON: [
    'The body of the request is not valid JSON; the fault starts in line %1.',
    'Correct the JSON and send the request again.',
  ],
  InvalidObject: ["The object at '%1' is not valid.", checkUri],
  InvalidURI: ["The URI '%1' is not valid.", 'Correct the URI and send the request again.'],
  LicenseRequired: [
    "This operation needs the license '%1'.",
    'Install the license and send the request again.',
  ],
  MalformedJSON: [
    'The body of the request is not JSON in UTF-8.',
    'Correct the body and send the request again.',
  ],
  MaximumErrorsExceeded: [
    'There are more faults than this answer can list.',
    'Correct the faults that are listed, then send the request again to see the rest.',
  ],
  MissingOrMalformedPart: [
    'A part of the multipart request is missing or cannot be read.',
    'Send every part that is needed, each with its headers.',
  ],
  NetworkNameResolutionNotConfigured: [
    'Names cannot be resolved because no name server is configured.',
    'Configure name servers, or use an address in place of the name.',
  ],
  NetworkNameResolutionNotSupported: [
    'Names cannot be resolved by this service.',
    'Use an address in place of the name.',
  ],
  NoOperation: [
    'The request changes nothing.',
    'None for an action: the requested state is there already. For a change, send at least one property that can be changed.',
  ],
  NoValidSession: [
    'The request carries no valid credentials and no session that is still valid.',
    'Create a session and send its token, or send credentials with the request.',
  ],
  OneTimePasscodeSent: [
    "A one-time passcode was sent to '%1'.",
    'Log in again with the passcode in place of the token.',
  ],
  OperationFailed: ['A step of the operation failed, and the rest was not carried out.', waitAndRetry],
  OperationNotAllowed: [
    'This HTTP method is not allowed on this resource, or not in its present state.',
    'Use a method that the Allow header of the answer names.',
  ],
  OperationTimeout: ['The operation did not finish in time.', waitAndRetry],
  PasswordChangeRequired: [
    'The password of this account must be changed before anything else is allowed.',
    "Set a new Password with a PATCH of '%1'.",
  ],
  PasswordComplexityNotMet: [
    'The password is too easy to guess.',
    'Choose a password that is no common word or name, and mix letters, digits and other characters.',
  ],
  PasswordIncorrectLength: [
    'The password is shorter or longer than is allowed.',
    'The account service says how long a password may be. Choose one of such a length.',
  ],
  PasswordReuseTooRecent: [
    'The password was used by this account before.',
    'Choose a password that the account has not used lately.',
  ],
  PayloadTooLarge: ['The body of the request is larger than is allowed.', 'Send a smaller body.'],
  PreconditionFailed: [
    'The resource has changed since it was read, or does not match the precondition of the request.',
    'Read the resource again and send the request with the ETag that it has now.',
  ],
  PreconditionRequired: [
    'The request needs a precondition.',
    'Read the resource and send the request with its ETag in the If-Match header.',
  ],
  PropertyDeprecated: [
    "The property '%1' is deprecated and will disappear in a later version.",
    'Use the property that the schema names in its place.',
  ],
  PropertyDuplicate: [
    "The property '%1' is in the request more than once.",
    'Give each property once and send the request again.',
  ],
  PropertyMissing: [
    "The property '%1' is needed and is missing.",
    'Add the property and send the request again.',
  ],
  PropertyModified: ['The property was changed.', nothingToDo],
  PropertyNotUpdated: [
    "The property '%1' could not be changed because of a fault inside the service or the hardware.",
    waitAndRetry,
  ],
  PropertyNotWritable: [
    "The property '%1' cannot be written.",
    'Leave the property out of the request. WriteableProperties lists what can be written.',
  ],
  PropertyUnknown: [
    "The property '%1' is not a property of this resource.",
    'Leave the property out or correct its name.',
  ],
  PropertyValueConflict: [
    "The value for '%1' conflicts with the value of '%2'.",
    'Choose values that agree and send the request again.',
  ],
  PropertyValueDeprecated: [
    "The value '%1' of the property '%2' is deprecated and will disappear in a later version.",
    'Use the value that the schema names in its place.',
  ],
  PropertyValueError: ["The value of the property '%1' is not valid.", correctValue],
  PropertyValueExternalConflict: [
    "The property '%1' cannot become '%2' while things are as they are outside this resource.",
    'Look at the state of the equipment, or choose another value.',
  ],
  PropertyValueFormatError: [
    "The value '%1' of the property '%2' has the right type but the wrong format.",
    correctValue,
  ],
  PropertyValueIncorrect: ["The value '%2' is not acceptable for the property '%1'.", correctValue],
  PropertyValueModified: [
    "The property '%1' was set to '%2', which is not the value that was sent, because the service adapts it.",
    nothingToDo,
  ],
  PropertyValueNotInList: [
    "The value '%1' of the property '%2' is not one of the values that are allowed.",
    'Choose one of the values that the schema or the AllowableValues annotation lists.',
  ],
  PropertyValueOutOfRange: [
    "The value '%1' of the property '%2' is outside the range that is allowed.",
    correctValue,
  ],
  PropertyValueResourceConflict: [
    "The property '%1' cannot become '%2' because of the resource at '%3'.",
    'Change that resource first, or choose another value.',
  ],
  PropertyValueTypeError: ["The value '%1' of the property '%2' has the wrong type.", correctValue],
  QueryCombinationInvalid: [
    'These query parameters cannot be used together.',
    'Leave one of them out and send the request again.',
  ],
  QueryNotSupported: [
    'Query parameters are not supported by this service.',
    'Send the request without them.',
  ],
  QueryNotSupportedOnOperation: [
    'Query parameters cannot be used with this operation.',
    'Send the request without them.',
  ],
  QueryNotSupportedOnResource: [
    'This query parameter cannot be used on this resource.',
    'Send the request without it.',
  ],
  QueryParameterOutOfRange: [
    "The value '%1' of the query parameter '%2' is outside the range %3.",
    correctValue,
  ],
  QueryParameterUnsupported: [
    "The query parameter '%1' is not supported.",
    'The service root lists the query parameters that are supported.',
  ],
  QueryParameterValueError: ["The value of the query parameter '%1' is not valid.", correctValue],
  QueryParameterValueFormatError: [
    "The value '%1' of the query parameter '%2' has the wrong format.",
    correctValue,
  ],
  QueryParameterValueTypeError: [
    "The value '%1' of the query parameter '%2' has the wrong type.",
    correctValue,
  ],
  ResetRecommended: [
    "A reset of the component at '%1' is recommended for the change to take full effect.",
    "When it suits, reset the component with the reset type '%2'.",
  ],
  ResetRequired: [
    "A reset of the component at '%1' is needed before the change takes effect.",
    "Reset the component with the reset type '%2'.",
  ],
  ResourceAlreadyExists: [
    "There is already a %1 whose '%2' is '%3'.",
    'Choose another value, or change the resource that is there.',
  ],
  ResourceAtUriInUnknownFormat: ["What is at '%1' has a format that the service does not know.", checkUri],
  ResourceAtUriUnauthorized: [
    "Access to '%1' was refused: %2",
    'Check the credentials with which the service is to reach that URI.',
  ],
  ResourceCannotBeDeleted: ['This resource cannot be deleted.', nothingToDo],
  ResourceCreationConflict: [
    "The resource cannot be created because of the resource at '%1'.",
    'Change or delete that resource first, then send the request again.',
  ],
  ResourceDeprecated: [
    "The resource '%1' is deprecated and will disappear in a later version.",
    'Use the resource that the schema names in its place.',
  ],
  ResourceExhaustion: ["The resource at '%1' has no capacity left for this request.", waitAndRetry],
  ResourceInStandby: [
    'The resource is in standby, in which this request cannot be carried out.',
    'Bring the resource to the power state that the operation needs, then send the request again.',
  ],
  ResourceInUse: [
    'The resource is busy with another operation.',
    'Wait until that operation has ended, then send the request again.',
  ],
  ResourceMissingAtURI: [
    "There is no resource at '%1'.",
    'Check the URI. Follow links from the service root to find what exists.',
  ],
  ResourceNotFound: ["There is no %1 named '%2'.", 'Check the name. The collection lists what exists.'],
  ResourceTypeIncompatible: [
    "The type '%1' of the request does not fit the type '%2' of the resource.",
    'Send a body of the type that the resource has.',
  ],
  RestrictedPrivilege: [
    "The privilege '%1' is restricted by the service and cannot be assigned.",
    'Leave the privilege out and send the request again.',
  ],
  RestrictedRole: [
    "The role '%1' is restricted by the service and cannot be assigned.",
    'Choose another role and send the request again.',
  ],
  ServiceDisabled: ["The service at '%1' is disabled.", 'Enable the service, then send the request again.'],
  ServiceInUnknownState: ['The service is in an unknown state and cannot take requests.', waitAndRetry],
  ServiceShuttingDown: [
    'The service is shutting down and takes no further requests.',
    'Wait until it has started again.',
  ],
  ServiceTemporarilyUnavailable: [
    'The service cannot answer now.',
    'Send the request again after %1 seconds.',
  ],
  SessionLimitExceeded: [
    'No more sessions can be opened.',
    'End a session that is no longer needed, or wait until one expires.',
  ],
  SessionTerminated: ['The session has ended.', nothingToDo],
  SourceDoesNotSupportProtocol: [
    "The service at '%1' does not speak the protocol '%2'.",
    'Use a protocol that it speaks.',
  ],
  StrictAccountTypes: [
    "The account types asked for in '%1' cannot be given to this account exactly as asked.",
    'Allow more account types, or set StrictAccountTypes to false.',
  ],
  StringValueTooLong: ["The string '%1' is longer than %2 characters.", 'Send a shorter string.'],
  StringValueTooShort: ["The string '%1' is shorter than %2 characters.", 'Send a longer string.'],
  SubscriptionTerminated: ['The event subscription has ended.', nothingToDo],
  Success: ['The request was carried out.', nothingToDo],
  UndeterminedFault: [
    "A fault whose cause is not known was reported by '%1'.",
    'Look at the log of the equipment concerned.',
  ],
  UnrecognizedRequestBody: [
    'The service cannot tell what the body of the request means.',
    'Send one JSON object, with the content type application/json.',
  ],
};
