import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIServerFaults } from './api-server-faults.ts';
import { copyBootstrappedData } from './bootstrapped-data.ts';
import type { EtcdFaults } from './etcd.ts';
import { connectControlPlane, type ControlPlane } from './connect-control-plane.ts';
import { objectsOfCloister } from './install-cloister.ts';
import { launchServers } from './launch-servers.ts';
import { MissingProgramError } from './missing-program-error.ts';
import { providePrograms } from './provide-programs.ts';
import { startWatchdog } from './start-watchdog.ts';

export type { ControlPlane } from './connect-control-plane.ts';

/** How a control plane is started. */
export interface ControlPlaneOptions {
  /** Whether ServiceAccounts, garbage collection and the like are wanted; true unless told. */
  controllerManager?: boolean;
  /** The address that the API server binds; 127.0.0.1 unless told. */
  address?: string;
  /** Concurrent reads that the API server takes; its own default unless told. */
  maxRequestsInFlight?: number;
  /** Concurrent writes that the API server takes; its own default unless told. */
  maxMutatingRequestsInFlight?: number;
  /** Whether it holds from the start what `installCloister` applies, but for the registrations of webhooks; false unless told. */
  hasCloister?: boolean;
  /** Further objects that it holds from the start, in the order in which they are applied. They are made once, and cached. */
  objects?: readonly (readonly object[])[];
  /** Further flags of kube-apiserver; they win over the testbed's own. */
  apiServerFlags?: readonly string[];
}

/** A control plane that this process started, and can disturb. */
export interface StartedControlPlane extends ControlPlane, APIServerFaults, EtcdFaults {
  /**
   * Resolves when every check of the API server passes and kube-controller-manager has been started behind it,
   * which `startControlPlane` does not wait for; throws when that fails.
   */
  controllersRunning: () => Promise<void>;
  /** Stops all servers and removes their data. */
  stop: () => Promise<void>;
}

/**
 * Starts etcd, kube-apiserver and, unless told otherwise, kube-controller-manager on free loopback ports, and
 * resolves when the API server can be used; the controllers follow within a second or two.
 * Throws `MissingProgramError` where a program can neither be found nor built.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<StartedControlPlane> {
  try {
    return await startOnce(options);
  } catch (error) {
    if (error instanceof MissingProgramError) throw error;
    // Seen once in many hundred starts: a healthy API server that never answered its port. Told, and tried once more.
    process.stderr.write(
      `testbed: starting again: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return startOnce(options);
  }
}

async function startOnce(options: ControlPlaneOptions): Promise<StartedControlPlane> {
  const programs = await providePrograms(['etcd', 'kube-apiserver', 'kubectl', 'kube-controller-manager']);
  const folder = await mkdtemp(join(tmpdir(), 'cloister-testbed-'));
  const watchdog = startWatchdog();
  watchdog.folder(folder);
  const stop = async (): Promise<void> => {
    await watchdog.close();
    await rm(folder, { recursive: true, force: true });
  };
  const launch = {
    programs,
    folder,
    address: options.address ?? '127.0.0.1',
    controllerManager: options.controllerManager ?? true,
    apiServerFlags: flags(options),
    watchdog,
    objects: [...(options.hasCloister === true ? objectsOfCloister() : []), ...(options.objects ?? [])],
  };
  try {
    await copyBootstrappedData(launch);
    const {
      connection: launched,
      faults,
      controllers,
    } = await launchServers({ ...launch, bootstrapped: true });
    // Reported by who asks for the controllers; a test that stops early must not fail for it.
    controllers?.catch(() => undefined);
    const connection = { ...launched, hasCloister: options.hasCloister ?? false };
    const controllersRunning = async (): Promise<void> => void (await controllers);
    return { ...connectControlPlane(connection), ...faults, controllersRunning, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function flags(options: ControlPlaneOptions): string[] {
  const { maxRequestsInFlight, maxMutatingRequestsInFlight, apiServerFlags = [] } = options;
  return [
    ...(maxRequestsInFlight === undefined ? [] : [`--max-requests-inflight=${maxRequestsInFlight}`]),
    ...(maxMutatingRequestsInFlight === undefined
      ? []
      : [`--max-mutating-requests-inflight=${maxMutatingRequestsInFlight}`]),
    ...apiServerFlags,
  ];
}
