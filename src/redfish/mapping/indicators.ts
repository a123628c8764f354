/** The identify light, which Redfish shows in two ways: LocationIndicatorActive, and the older IndicatorLED. */

import type { Chassis } from '../../board/model/chassis.ts';
import { message } from '../../messages/messages.ts';
import type { App } from '../app.ts';
import type { ChassisBody } from '../generated/types.ts';
import type { Write } from '../service/declare.ts';

type Indicator = Pick<ChassisBody, 'LocationIndicatorActive' | 'IndicatorLED'>;
/** Both schemas name and type the two properties alike. */
type IndicatorWrite<M> = Write<App, M, 'Chassis' | 'ComputerSystem'>;

/** Nothing where no light is wired. */
export const indicatorOf = (chassis: Chassis | undefined): Indicator =>
  chassis === undefined || chassis.identify === null
    ? {}
    : { LocationIndicatorActive: chassis.identify, IndicatorLED: chassis.identify ? 'Blinking' : 'Off' };

/** The write of both properties; `of` says which chassis carries the light. */
export function indicatorWrite<M>(of: (app: App, model: M) => Chassis | undefined): IndicatorWrite<M> {
  return {
    properties: ['LocationIndicatorActive', 'IndicatorLED'],
    unless: (model, app) => (of(app, model)?.identify ?? null) === null,
    allowable: () => ({ IndicatorLED: ['Blinking', 'Lit', 'Off'] }),
    check: (_model, changes) => {
      const active = changes.get('LocationIndicatorActive');
      const led = changes.get('IndicatorLED');
      const both = active !== undefined && led !== undefined;
      return both && active !== (led !== 'Off')
        ? [
            message('Base.PropertyValueConflict', ['IndicatorLED', 'LocationIndicatorActive'], {
              relatedProperties: ['#/IndicatorLED', '#/LocationIndicatorActive'],
            }),
          ]
        : [];
    },
    apply: async (model, changes, { app }) => {
      const chassis = of(app, model);
      if (chassis === undefined) return undefined;
      const before = chassis.identify === true;
      await app.board.setIdentify(
        chassis.id,
        changes.get('LocationIndicatorActive') === true || isLit(changes.get('IndicatorLED')),
      );
      return () => app.board.setIdentify(chassis.id, before);
    },
  };
}

const isLit = (led: unknown): boolean => led === 'Lit' || led === 'Blinking';
