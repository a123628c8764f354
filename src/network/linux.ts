/**
 * The network backend of a board: files of systemd-networkd, systemd-timesyncd and the resolver, replaced atomically.
 * Reading starts no process; activating runs networkctl and systemctl.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { formatGaiConf, parseGaiConf } from './address-policies.ts';
import { type Runner, runCommand } from './commands.ts';
import { namesIn, replaceFiles, textOf } from './files.ts';
import { formatIni, lastOf, parseIni, type Section, valuesOf } from './ini.ts';
import { type AddressList, interfaceNames, isListening, readInterface, resolverOf } from './linux-state.ts';
import {
  type InterfaceSettings,
  type ManagerNetwork,
  type NetworkBackend,
  type NetworkChange,
  NetworkError,
  type NetworkInterface,
} from './model.ts';
import { fileNames, filesOf, settingsFrom, unmanaged, vlanName } from './networkd.ts';
import { networkFileOf } from './networkd-files.ts';

export interface LinuxNetworkOptions {
  /** Directory of etc, usr, run, proc and sys, with a slash at its end. */
  readonly root?: string;
  readonly run?: Runner;
  readonly addresses?: () => AddressList;
}

/** Lifetime of a read of the system, milliseconds: a GET must not walk sysfs each time. */
const freshness = 2_000;

/** IFNAMSIZ of linux/if.h, without the terminating zero. */
const maxInterfaceName = 15;

const timeService = 'systemd-timesyncd.service';
const timeFile = 'etc/systemd/timesyncd.conf.d/50-redfishd.conf';

/** Units of SSH servers, the preferred first: a socket unit starts the server at a connection only. */
const sshUnits = [
  'ssh.socket',
  'sshd.socket',
  'dropbear.socket',
  'ssh.service',
  'sshd.service',
  'dropbear.service',
];
const unitFolders = ['etc/systemd/system', 'usr/lib/systemd/system', 'lib/systemd/system'];

/** Removes the files that were written here, at the next start of the controller to no effect. @throws NetworkError */
export function forgetSettings(root = '/'): void {
  const folder = `${root}etc/systemd/network`;
  const own = namesIn(folder).filter((name) => name.startsWith('05-redfishd-'));
  replaceFiles(
    new Map([...own.map((name) => `${folder}/${name}`), `${root}${timeFile}`].map((path) => [path, null])),
  );
}

export function linuxNetwork(options: LinuxNetworkOptions = {}): NetworkBackend {
  return new LinuxNetwork(
    options.root ?? '/',
    options.run ?? runCommand,
    options.addresses ?? networkInterfaces,
  );
}

class LinuxNetwork implements NetworkBackend {
  readonly #root: string;
  readonly #run: Runner;
  readonly #addresses: () => AddressList;
  #last: { readonly at: number; readonly network: ManagerNetwork } | undefined;
  /** VLAN interfaces that no file configures any more and networkd does not delete. */
  readonly #abandoned = new Set<string>();

  constructor(root: string, run: Runner, addresses: () => AddressList) {
    this.#root = root;
    this.#run = run;
    this.#addresses = addresses;
  }

  read(): ManagerNetwork {
    const now = Date.now();
    // After a step back of the clock, the cached state is read again.
    if (this.#last === undefined || now < this.#last.at || now - this.#last.at > freshness) {
      this.#last = { at: now, network: this.#read() };
    }
    return this.#last.network;
  }

  write(change: NetworkChange): void {
    this.#last = undefined;
    switch (change.kind) {
      case 'interface':
        this.#writeInterface(change.id, change.settings);
        break;
      case 'name': {
        const name = change.domain === null ? change.hostName : `${change.hostName}.${change.domain}`;
        replaceFiles(new Map([[this.#path('etc/hostname'), `${name}\n`]]));
        break;
      }
      case 'time': {
        // Without configured servers, timesyncd would use its compiled-in ones.
        const entries = [
          ['NTP', change.servers.join(' ')],
          ['FallbackNTP', ''],
        ] as const;
        replaceFiles(new Map([[this.#path(timeFile), formatIni([{ name: 'Time', entries }])]]));
        break;
      }
      case 'addressPolicies': {
        const path = this.#path('etc/gai.conf');
        replaceFiles(new Map([[path, formatGaiConf(change.policies, textOf(path) ?? '')]]));
        break;
      }
      case 'ssh':
      // systemd itself stores which units are enabled.
    }
  }

  async activate(change: NetworkChange): Promise<void> {
    try {
      await this.#activate(change);
    } finally {
      this.#last = undefined;
    }
  }

  async #activate(change: NetworkChange): Promise<void> {
    switch (change.kind) {
      case 'interface': {
        await this.#run('networkctl', ['reload']);
        for (const name of this.#abandoned) await this.#run('networkctl', ['delete', name]);
        this.#abandoned.clear();
        // `networkctl up` would interrupt an interface that is up.
        const link = this.#read().interfaces.find(({ id }) => id === change.id);
        const enabled = link?.settings.enabled === true;
        if (link !== undefined && link.up !== enabled)
          await this.#run('networkctl', [enabled ? 'up' : 'down', change.id]);
        break;
      }
      case 'name':
        // Written in place: the write sets the host name of the kernel.
        writeInPlace(this.#path('proc/sys/kernel/hostname'), textOf(this.#path('etc/hostname')) ?? '');
        break;
      case 'time':
        await this.#run('systemctl', [change.enabled ? 'enable' : 'disable', '--now', timeService]);
        if (change.enabled) await this.#run('systemctl', ['restart', timeService]);
        break;
      case 'ssh': {
        const unit = this.#sshUnit();
        if (unit === undefined) throw new NetworkError('command-missing', 'the system has no SSH server');
        await this.#run('systemctl', [change.enabled ? 'enable' : 'disable', '--now', unit]);
        break;
      }
      case 'addressPolicies':
      // No action: the resolver of each process reads the file.
    }
  }

  #path(below: string): string {
    return this.#root + below;
  }

  #ownFile(name: string): string {
    return this.#path(`etc/systemd/network/${name}`);
  }

  #writeInterface(id: string, settings: InterfaceSettings | null): void {
    const names = fileNames(id);
    const current = this.#settingsOf(id);
    const { vlan } = current.settings;
    const wanted = settings?.vlan.enabled === true ? settings.vlan.id : null;
    if (wanted !== null && vlanName(id, wanted).length > maxInterfaceName)
      throw new NetworkError('file', `${vlanName(id, wanted)} is too long a name for an interface`);
    const files =
      settings === null
        ? new Map(Object.values(names).map((name) => [name, null]))
        : filesOf(id, settings, current.main);
    replaceFiles(new Map([...files].map(([name, text]) => [this.#ownFile(name), text])));
    if (vlan.enabled && vlan.id !== null) this.#abandoned.add(vlanName(id, vlan.id));
    if (wanted !== null) this.#abandoned.delete(vlanName(id, wanted));
  }

  /** Returns the settings of an interface: from our file, else from the first file of the system that matches. */
  #settingsOf(id: string): { settings: InterfaceSettings; main: readonly Section[]; own: boolean } {
    const names = fileNames(id);
    const ours = textOf(this.#ownFile(names.network));
    if (ours === undefined) {
      const main = networkFileOf(this.#root, id);
      return { settings: settingsFrom(main ?? unmanaged), main: main ?? [], own: false };
    }
    const main = parseIni(ours);
    const vlan = textOf(this.#ownFile(names.vlanNetwork));
    return {
      settings: settingsFrom(main, vlan === undefined ? undefined : parseIni(vlan)),
      main,
      own: true,
    };
  }

  #read(): ManagerNetwork {
    const root = this.#root;
    const addresses = this.#addresses();
    // The stub file of systemd-resolved lists only its own address.
    const resolver = resolverOf(
      textOf(`${root}run/systemd/resolve/resolv.conf`) ?? textOf(`${root}etc/resolv.conf`) ?? '',
    );
    const name = (
      textOf(`${root}proc/sys/kernel/hostname`) ??
      textOf(`${root}etc/hostname`) ??
      'localhost'
    ).trim();
    const [hostName = name, ...domain] = name.split('.');
    return {
      hostName,
      domain: domain.length > 0 ? domain.join('.') : resolver.domain,
      nameServers: resolver.servers,
      interfaces: interfaceNames(root).map((id): NetworkInterface => {
        const { settings, own } = this.#settingsOf(id);
        const { vlan } = settings;
        const over = vlan.enabled && vlan.id !== null ? vlanName(id, vlan.id) : id;
        return { ...readInterface(root, id, over, settings, addresses), own };
      }),
      ntp: this.#readTime(),
      ssh: this.#readSsh(),
      addressPolicies: parseGaiConf(textOf(`${root}etc/gai.conf`) ?? ''),
      configurable: ['usr/bin/networkctl', 'bin/networkctl'].some((path) => existsSync(root + path)),
    };
  }

  #readTime(): ManagerNetwork['ntp'] {
    const file = textOf(this.#path(timeFile)) ?? textOf(this.#path('etc/systemd/timesyncd.conf')) ?? '';
    const split = (value: string | undefined) => (value ?? '').split(/\s+/).filter((each) => each !== '');
    const servers = valuesOf(parseIni(file), 'Time', 'NTP').flatMap(split);
    // networkd's summary of its leases, with the keys of sd-network(3).
    const state = parseIni(`[State]\n${textOf(this.#path('run/systemd/netif/state')) ?? ''}`);
    return {
      enabled: ['etc', 'usr/lib'].some((folder) =>
        existsSync(this.#path(`${folder}/systemd/system/sysinit.target.wants/${timeService}`)),
      ),
      servers,
      suppliedServers: split(lastOf(state, 'State', 'NTP')),
    };
  }

  #sshUnit(): string | undefined {
    return sshUnits.find((unit) => unitFolders.some((folder) => existsSync(this.#path(`${folder}/${unit}`))));
  }

  /** Enabled means that a socket listens on the port, however the server is started. */
  #readSsh(): ManagerNetwork['ssh'] {
    const unit = this.#sshUnit();
    if (unit === undefined) return null;
    const configured = [
      textOf(this.#path('etc/ssh/sshd_config')) ?? '',
      ...namesIn(this.#path('etc/ssh/sshd_config.d'))
        .sort()
        .map((name) => textOf(this.#path(`etc/ssh/sshd_config.d/${name}`)) ?? ''),
    ];
    const port = Number(/^\s*Port\s+(\d{1,5})\b/im.exec(configured.join('\n'))?.[1] ?? 22);
    const tables = ['tcp', 'tcp6'].map((table) => textOf(this.#path(`proc/net/${table}`)) ?? '').join('\n');
    return { enabled: isListening(tables, port), port };
  }
}

/** Writes a file without replacing it. @throws NetworkError */
function writeInPlace(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new NetworkError('file', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
