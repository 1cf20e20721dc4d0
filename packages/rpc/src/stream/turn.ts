interface Host {
  setImmediate?(run: () => void): unknown;
  setTimeout(run: () => void, ms: number): unknown;
}

// Taken when this is loaded, so that a test's fake timers do not stop what is under way.
const { setImmediate, setTimeout } = globalThis as unknown as Host;

/** Goes on in a later turn of the event loop, so that timers, sockets and other calls get theirs. */
export function nextTurn(run: () => void): void {
  if (setImmediate === undefined) setTimeout(run, 0);
  else setImmediate(run);
}

/**
 * After so many decompressed bytes of a stream the event loop gets a turn, however fast they are taken: a few bytes can
 * stand for thousands of such messages, and would hold up everybody else.
 */
export const decompressedBytesBetweenTurns = 262_144;
