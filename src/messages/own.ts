/** The registry of this project: what happens on a board and has no message in any registry of DMTF. */
import { nothingToDo, type Wording } from './wording.ts';

export const own = {
  Redfishd: {
    version: '1.1.0',
    messages: {
      // The key and the order of arguments are those that clients of other OpenBMC firmware look for.
      BIOSPOSTCode: { severity: 'OK', args: ['number', 'string', 'string'] },
      ClockStepped: { severity: 'OK', args: ['string', 'string', 'number'] },
      HostInventoryChanged: { severity: 'OK', args: ['string', 'string'] },
      HostPartNotTold: { severity: 'Warning', args: ['string', 'string'] },
      HostTookBootOverride: { severity: 'OK', args: ['string', 'string'] },
      HostWatchdogExpired: { severity: 'Warning', args: ['string', 'string', 'string'] },
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
  HostInventoryChanged: ['The parts of %1 have changed: %2.', nothingToDo],
  HostPartNotTold: [
    'The firmware has not told anything of %1 at its last start; what is shown is of %2.',
    'Restart the host. Should that not help, see in its setup whether it sends its inventory to the controller.',
  ],
  HostTookBootOverride: ['The firmware of %1 has taken the boot override to %2.', nothingToDo],
  HostWatchdogExpired: [
    'The watchdog of %1 (%2) has run out. Action: %3.',
    'See the console and the log of the host for what it did last.',
  ],
};

/** When each message is sent, for the document of the registry. */
export const ownDescriptions: Readonly<Record<OwnKey, string>> = {
  BIOSPOSTCode:
    'The firmware of a host wrote a code while it started: number of the boot, seconds since the boot began ("unknown" where nobody saw that), and the code.',
  ClockStepped:
    'Somebody, or a time server, has set the clock of the controller: what it would have shown, what it shows, and the difference.',
  HostInventoryChanged:
    'The firmware of a host has told other parts than at the start before: the host, and what is where now.',
  HostPartNotTold:
    'What is shown of a part is older than the last start of its host: the part, and the time of what is shown.',
  HostTookBootOverride:
    'The firmware of a host has used a boot override for one boot: the host, and the target.',
  HostWatchdogExpired:
    'A host has not reset its watchdog in time: the host, what the timer was for, and the reset that follows ("None" where none does).',
};
