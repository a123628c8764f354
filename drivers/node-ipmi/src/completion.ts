/** Generic completion codes (IPMI v2.0, table 5-2), by the names that code uses for them. */
export const COMPLETION = {
  success: 0x00,
  nodeBusy: 0xc0,
  invalidCommand: 0xc1,
  invalidForLun: 0xc2,
  processingTimeout: 0xc3,
  outOfSpace: 0xc4,
  invalidReservation: 0xc5,
  requestTruncated: 0xc6,
  requestLengthInvalid: 0xc7,
  fieldLengthExceeded: 0xc8,
  parameterOutOfRange: 0xc9,
  cannotReturnBytes: 0xca,
  notPresent: 0xcb,
  invalidField: 0xcc,
  illegalForRecord: 0xcd,
  noResponse: 0xce,
  duplicateRequest: 0xcf,
  sdrUpdateMode: 0xd0,
  firmwareUpdateMode: 0xd1,
  initializing: 0xd2,
  destinationUnavailable: 0xd3,
  insufficientPrivilege: 0xd4,
  notSupportedNow: 0xd5,
  subFunctionDisabled: 0xd6,
  unspecified: 0xff,
} as const;

const GENERIC: Readonly<Record<number, string>> = {
  0: 'success',
  192: 'the node is busy',
  193: 'the controller does not know this command',
  194: 'the command is not valid for this LUN',
  195: 'the controller timed out while processing the command',
  196: 'out of storage space',
  197: 'the reservation is cancelled or invalid',
  198: 'the request was truncated',
  199: 'the length of the request is wrong',
  200: 'a field of the request is too long',
  201: 'a parameter is out of range',
  202: 'the controller cannot return that many bytes',
  203: 'the sensor, record or data asked for is not present',
  204: 'a field of the request is invalid',
  205: 'the command is illegal for this sensor or record type',
  206: 'the controller could not provide a response',
  207: 'the controller cannot execute a duplicated request',
  208: 'the SDR repository is in update mode',
  209: 'the controller is in firmware update mode',
  210: 'the controller is still initializing',
  211: 'the destination is unavailable',
  212: 'the privilege level of the session or the channel is insufficient',
  213: 'not supported in the present state',
  214: 'the function is disabled or unavailable',
  255: 'unspecified error',
};

/** A completion code in words. */
export function completionText(code: number): string {
  const words = GENERIC[code];
  if (words !== undefined) return words;
  if (code >= 0x01 && code <= 0x7e) return 'device-specific error';
  if (code >= 0x80 && code <= 0xbe) return 'command-specific error';
  return 'reserved completion code';
}

/** RMCP+ and RAKP status codes (IPMI v2.0, table 13-15), in words. */
const RMCP_STATUS: readonly string[] = [
  'no errors',
  'insufficient resources to create a session',
  'invalid session ID',
  'invalid payload type',
  'invalid authentication algorithm',
  'invalid integrity algorithm',
  'no matching authentication payload',
  'no matching integrity payload',
  'inactive session ID',
  'invalid role',
  'unauthorized role or privilege level requested',
  'insufficient resources to create a session at the requested role',
  'invalid name length',
  'unauthorized name',
  'unauthorized GUID',
  'invalid integrity check value',
  'invalid confidentiality algorithm',
  'no cipher suite match with the proposed algorithms',
  'illegal or unrecognized parameter',
];

/** An RMCP+ status code in words. */
export function rmcpStatusText(code: number): string {
  return RMCP_STATUS[code] ?? `unknown status 0x${code.toString(16)}`;
}
