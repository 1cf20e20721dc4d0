/** Where a command runs and speaks: what it takes from the process, so that tests can stand in. */
export interface Terminal {
  /** The working directory, absolute. */
  readonly cwd: string;
  /** Writes results. */
  out(text: string): void;
  /** Writes progress, warnings and errors. */
  err(text: string): void;
  /** Calls `stop` once when the user ends the command (Ctrl-C); returns what takes that back. */
  onInterrupt(stop: () => void): () => void;
}

/** The terminal of this process. SIGINT and SIGTERM interrupt; both are left alone until a command asks. */
export function processTerminal(): Terminal {
  return {
    cwd: process.cwd(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    onInterrupt(stop) {
      process.once("SIGINT", stop);
      process.once("SIGTERM", stop);
      return () => {
        process.off("SIGINT", stop);
        process.off("SIGTERM", stop);
      };
    },
  };
}
