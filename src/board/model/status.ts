/** Health and state of everything on the board, in the terms of Redfish `Status`. */
export type Health = 'OK' | 'Warning' | 'Critical';

/** The subset of Redfish `State` that components of a board can be in. */
export type State = 'Enabled' | 'Disabled' | 'Absent' | 'StandbyOffline' | 'UnavailableOffline' | 'Starting';

export interface Status {
  readonly state: State;
  readonly health: Health;
}
