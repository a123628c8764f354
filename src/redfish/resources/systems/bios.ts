/** The firmware of a system. Its settings are not known here: no attribute is invented. */
import { resource } from '../../app.ts';
import type { BiosBody } from '../../generated/types.ts';

export const bios = resource({
  uri: '/redfish/v1/Systems/{ComputerSystemId}/Bios',
  schema: 'Bios',
  find: (app, { ComputerSystemId }) =>
    app.board.hosts.has(ComputerSystemId) ? app.hosts.get(ComputerSystemId) : undefined,
  body: ({ inventory }): BiosBody => ({
    Name: 'System firmware',
    Description: inventory.texts.biosVersion ?? 'The firmware has not told its version.',
  }),
});
