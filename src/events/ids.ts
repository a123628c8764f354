/** Ids of subscriptions and streams. */
import { randomBytes } from 'node:crypto';

/** Returns 12 random hexadecimal digits: ids share one collection and are never used again. */
export const newId = (): string => randomBytes(6).toString('hex');
