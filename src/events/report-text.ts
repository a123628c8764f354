/** A metric report as one subscriber receives it. */
import type { Report } from './options.ts';
import type { Subscription } from './subscription.ts';

/** Returns the report's JSON with the subscription's context. */
export const reportText = ({ body }: Report, { context }: Pick<Subscription, 'context'>): string =>
  JSON.stringify(context === null ? body : { ...body, Context: context });
