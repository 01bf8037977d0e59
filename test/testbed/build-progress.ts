/** Where progress is written: a terminal is rewritten in place, anything else gets whole lines. */
export interface ProgressOutput {
  isTTY?: boolean;
  write: (text: string) => unknown;
}

/** Shows how far the builds are. */
export interface BuildProgress {
  /** A build begins. */
  begin: (name: string) => void;
  /** One more Go package of the current build is compiled. */
  packageBuilt: () => void;
  /** The current build is done. */
  end: () => void;
  /** Stops showing, also after a failure. */
  close: () => void;
}

/** Writes "[2/4] kube-apiserver: 312 packages, 1 min 5 s" every 2 s on a terminal, every 30 s elsewhere. */
export function showBuildProgress(output: ProgressOutput, total: number, now: () => number): BuildProgress {
  const started = now();
  const current = { index: 0, name: '', packages: 0, started };
  const terminal = output.isTTY === true;
  const line = (text: string): void => {
    output.write(terminal ? `\r\u001B[K${text}` : `${text}\n`);
  };
  const status = (): string =>
    `[${current.index}/${total}] building ${current.name}: ${current.packages} packages, ` +
    `${elapsed(now() - current.started)} (${elapsed(now() - started)} in all)`;
  const timer = setInterval(() => line(status()), terminal ? 2_000 : 30_000);
  timer.unref();
  return {
    begin: (name) => {
      Object.assign(current, { index: current.index + 1, name, packages: 0, started: now() });
      line(`[${current.index}/${total}] building ${name} from source, once`);
    },
    packageBuilt: () => {
      current.packages += 1;
    },
    end: () => {
      line(`[${current.index}/${total}] built ${current.name} in ${elapsed(now() - current.started)}`);
      if (terminal) output.write('\n');
    },
    close: () => clearInterval(timer),
  };
}

/** Writes milliseconds as `42 s` or `3 min 5 s`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
