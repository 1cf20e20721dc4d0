/**
 * Runs `stop` on SIGTERM. When it is done and nobody else listens for the signal, the process exits, as it would have
 * without a listener; a second signal exits at once.
 * @returns takes the listener away.
 */
export function stopOnSigterm(stop: () => Promise<void>): () => void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(143);
    stopping = true;
    stop().finally(() => {
      release();
      if (process.listenerCount("SIGTERM") === 0) process.exit();
    });
  };
  const release = () => process.off("SIGTERM", onSignal);
  process.on("SIGTERM", onSignal);
  return () => {
    if (!stopping) release();
  };
}
