/** Where the daemon runs: on a board, or on its twin. The only place that knows the difference. */
import type { ManagerClock } from '../network/manager-clock.ts';
import type { NetworkBackend } from '../network/model.ts';
import type { RestartType } from '../network/restart.ts';
import type { Settings } from '../store/settings.ts';

/** Milliseconds in which the answer to the reset of a twin reaches its client. */
const answerTime = 100;

export interface Site {
  /** The network of the management controller. */
  network(settings: Settings): Promise<NetworkBackend>;
  /** Removes the network settings that were made over Redfish; effective from the next start of the controller. */
  forgetNetwork(): Promise<void>;
  /** The wall clock of the management controller. */
  clock(settings: Settings): Promise<ManagerClock>;
  /** Restarts the management controller; resolves when that is under way. @throws Error when the system refuses */
  restart(type: RestartType): Promise<void>;
  /** Resolves when the daemon is to be started again in this process; never on a board, whose controller reboots. */
  readonly restartRequested: Promise<void>;
  /** Whether the service announces itself over SSDP until an administrator says otherwise. */
  readonly discoverable: boolean;
  /** Whether a generated administrator's password must be changed at the first login. */
  readonly passwordMustChange: boolean;
}

/** A board: its network is the machine's, and a reset of the manager reboots the machine. */
export function boardSite(): Site {
  return {
    network: async () => (await import('../network/linux.ts')).linuxNetwork(),
    forgetNetwork: async () => (await import('../network/linux.ts')).forgetSettings(),
    clock: async () => (await import('../network/manager-clock.ts')).linuxClock(),
    restart: async (type) => (await import('../network/restart.ts')).reboot(type),
    restartRequested: new Promise(() => {}),
    discoverable: true,
    passwordMustChange: true,
  };
}

/** A twin, or a controller of virtual machines, on somebody's desk: a simulated network, and a reset of the manager restarts the daemon. */
export function twinSite(): Site {
  let request = () => {};
  const restartRequested = new Promise<void>((resolve) => {
    request = resolve;
  });
  return {
    network: async (settings) =>
      (await import('../twin/network.ts')).twinNetwork(settings, settings.serviceUuid),
    // They are among the settings of the store.
    forgetNetwork: async () => {},
    clock: async (settings) => (await import('../twin/clock.ts')).twinClock(settings),
    restart: async () => {
      setTimeout(request, answerTime);
    },
    restartRequested,
    discoverable: false,
    passwordMustChange: false,
  };
}
