import { type KubeApiserverOptions, startKubeApiserver } from './kube-apiserver.ts';
import type { ServerProcess } from './server-process.ts';

/** What can be done to the API server by who started it. */
export interface APIServerFaults {
  /** Kills the API server as a crash would; what it stored stays. */
  stopApiServer: () => Promise<void>;
  /** Starts the API server again on the same data, port and certificate. */
  startApiServer: () => Promise<void>;
  /** Stops and starts the API server. */
  restartApiServer: () => Promise<void>;
  /** Freezes the API server: connections stay open and nothing answers. */
  pauseApiServer: () => void;
  /** Lets a frozen API server go on. */
  resumeApiServer: () => void;
}

/** Gives the faults for an API server that was started with these options. */
export function apiServerFaults(started: ServerProcess, options: KubeApiserverOptions): APIServerFaults {
  let server = started;
  const stopApiServer = (): Promise<void> => server.stop(0);
  const startApiServer = async (): Promise<void> => {
    if (!server.running) server = await startKubeApiserver({ ...options, bootstrapped: true });
  };
  return {
    stopApiServer,
    startApiServer,
    restartApiServer: async () => {
      await stopApiServer();
      await startApiServer();
    },
    pauseApiServer: () => server.signal('SIGSTOP'),
    resumeApiServer: () => server.signal('SIGCONT'),
  };
}
