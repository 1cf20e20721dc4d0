/** A proxy of connections that breaks them: what goes through is cut, torn, reset and held up, at random. */
import { connect, createServer } from "node:net";

/** Kinds of faults, each done to one connection that is open. */
const faults = {
  /** Both sides see the end, behind what was sent. */
  cut({ near, far }) {
    near.end();
    far.end();
    setImmediate(() => setImmediate(() => closeBoth(near, far)));
  },
  /** Both sides see a reset. */
  reset({ near, far }) {
    for (const socket of [near, far]) {
      // Node does not close a socket that is reset while its end is on its way.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  },
  /** Half of the next piece of a response goes through, then both sides see a reset. */
  tear(pair) {
    pair.isTorn = true;
  },
  /** Nothing goes through for a while. */
  stall(pair, random) {
    pair.hold(20 + random.below(280));
  },
};

export const proxyFaults = Object.keys(faults);

function closeBoth(near, far) {
  near.destroy();
  far.destroy();
}

function stateOf(socket) {
  const { readyState, readableEnded, writableFinished, writableLength, bytesRead } = socket;
  return {
    readyState,
    readableEnded,
    writableFinished,
    writableLength,
    bytesRead,
    remotePort: socket.remotePort,
  };
}

/** One connection of a client and the one to the server that belongs to it. */
class Pair {
  isTorn = false;
  /** It was torn: what comes now comes too late. */
  #isOver = false;
  #holding;

  constructor(near, port) {
    this.near = near;
    this.far = connect(port, "127.0.0.1");
    this.near.setNoDelay();
    this.far.setNoDelay();
    this.#forward(near, this.far, false);
    this.#forward(this.far, near, true);
  }

  hold(ms) {
    if (this.#holding !== undefined) return;
    this.near.pause();
    this.far.pause();
    this.#holding = setTimeout(() => this.release(), ms);
  }

  release() {
    clearTimeout(this.#holding);
    this.#holding = undefined;
    this.near.resume();
    this.far.resume();
  }

  #forward(from, to, isResponse) {
    from.on("data", (chunk) => {
      if (to.destroyed) return;
      if (isResponse && this.isTorn) {
        if (this.#isOver) return;
        this.#isOver = true;
        to.write(chunk.subarray(0, chunk.length >> 1));
        setImmediate(() => faults.reset(this));
        return;
      }
      if (!to.write(chunk)) from.pause();
    });
    to.on("drain", () => {
      if (this.#holding === undefined) from.resume();
    });
    from.on("end", () => to.end());
    from.on("error", () => {});
    from.on("close", () => {
      clearTimeout(this.#holding);
      to.destroy();
    });
  }
}

/**
 * A proxy to what listens on `port`, which may be changed: connections that come later go there.
 * @param {(fault: string) => void} tally is told of each fault that was done
 */
export async function createProxy(port, random, tally) {
  const pairs = new Set();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const pair = new Pair(near, proxy.target);
    pairs.add(pair);
    near.on("close", () => pairs.delete(pair));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = {
    target: port,
    port: server.address().port,
    get connections() {
      return pairs.size;
    },
    /** Does a fault of this kind to some connection, if there is one that was not torn. */
    fault(kind) {
      const whole = [...pairs].filter(({ isTorn }) => !isTorn);
      if (whole.length === 0) return;
      tally(kind);
      faults[kind](random.pick(whole), random);
    },
    /** What is open, for a failure's message. */
    describe: () => [...pairs].map(({ near, far }) => ({ near: stateOf(near), far: stateOf(far) })),
    release() {
      for (const pair of pairs) pair.release();
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
  return proxy;
}
