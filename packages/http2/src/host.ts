/** What a connection needs of whoever owns its bytes: a socket, or a test. */
export interface ConnectionHost {
  /**
   * Takes bytes to send, in order. Nothing writes to them again. `false`: the peer is slow and a lot is waiting; content
   * stays with its stream until `Connection.drained` is called. Frames without content are handed over all the same.
   */
  write(chunks: readonly Uint8Array[]): boolean;
  /** Bytes that were handed over and have not left. */
  readonly waitingBytes: number;
  /** How much of what was written is on its way to the peer: it grows as long as the peer takes anything. */
  bytesTaken(): number;
  /**
   * There is something to send: call `Connection.flush` once, soon, when what runs now is done. What is written until
   * then leaves together.
   */
  scheduleFlush(): void;
  /** Calls back once, some milliseconds later: time for the peer to take in what is written until then. */
  later(action: () => void): void;
  /**
   * Nothing more is sent or wanted: close the connection behind what was written. Called once.
   * @param stallMs how long the peer may take nothing of that.
   * @param mostMs how long it may take for all of it. 0, both: what does not leave in a moment is not worth the wait.
   */
  close(stallMs: number, mostMs: number): void;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Memory to write frames into; it need not be zeroed. */
  allocate(bytes: number): Uint8Array;
}
