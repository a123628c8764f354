/** All public types of the board in one place, for files that have not yet moved to `model/`. */
export * from './model/board.ts';
export * from './model/chassis.ts';
export * from './model/console.ts';
export * from './model/event.ts';
export * from './model/node.ts';
export * from './model/power.ts';
export * from './model/refusal.ts';
export * from './model/revisions.ts';
export * from './model/sensor.ts';
export * from './model/status.ts';
