/** Errors of a probe as errors of the device that it examined. */
import { DeviceError } from '../../drivers/errors.ts';

export const deviceError = (error: unknown, where: string): DeviceError =>
  error instanceof DeviceError
    ? error
    : new DeviceError('wrong-data', where, error instanceof Error ? error.message : String(error));
