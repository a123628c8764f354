/** The registry of this project: what happens on a board and has no message in any registry of DMTF. */
import { nothingToDo, type Wording } from './wording.ts';

export const own = {
  Redfishd: {
    version: '1.0.0',
    messages: {
      // The key and the order of arguments are those that clients of other OpenBMC firmware look for.
      BIOSPOSTCode: { severity: 'OK', args: ['number', 'string', 'string'] },
      ClockStepped: { severity: 'OK', args: ['string', 'string', 'number'] },
    },
  },
} as const;

type OwnKey = keyof (typeof own)['Redfishd']['messages'];

export const ownWordings: Readonly<Record<OwnKey, Wording>> = {
  BIOSPOSTCode: ['Boot %1, seconds since its start: %2. POST code: %3', nothingToDo],
  ClockStepped: [
    'The clock of the controller was set from %1 to %2, by %3 seconds.',
    'Add the seconds to the times of records before this one, back to where the controller started or the clock was set before.',
  ],
};

/** When each message is sent, for the document of the registry. */
export const ownDescriptions: Readonly<Record<OwnKey, string>> = {
  BIOSPOSTCode:
    'The firmware of a host wrote a code while it started: number of the boot, seconds since the boot began ("unknown" where nobody saw that), and the code.',
  ClockStepped:
    'Somebody, or a time server, has set the clock of the controller: what it would have shown, what it shows, and the difference.',
};
