/** HTTP/2 by prior knowledge over a net socket: frames that were encoded before, and what a client must answer. */
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { HpackEncoder } from "./hpack.mjs";
import { changingFields } from "./requests.mjs";

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const largestWindow = 2 ** 31 - 1;
const frameBytes = 16_384;
const type = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, window: 8 };
const endStream = 1;
/** One for all connections: what is read is used before the next is read. */
const readBuffer = Buffer.allocUnsafe(256 * 1024);

/** Where header blocks are encoded. */
const scratch = Buffer.alloc(16_384);

export class Http2Connection {
  capacity;
  #socket;
  #done;
  #broken;
  #request;
  #changing;
  #expected;
  #hpack = new HpackEncoder();
  #block;
  #blockVersion = -1;
  #nextStream = 1;
  #calls = 0;
  #out = [];
  #outside = true;
  #held;
  #received = 0;
  /** By stream: when it was asked for, how many bytes of body came, what of the request waits for window. */
  #open = new Map();
  #window = 65_535;
  #streamWindow = 65_535;

  constructor({ port, tls, streams, request, changing, expected }, done, broken) {
    this.capacity = streams;
    this.#done = done;
    this.#broken = broken;
    this.#request = request;
    this.#changing = changing;
    this.#expected = expected;
    const pseudo = [
      [":method", "POST"],
      [":scheme", tls ? "https" : "http"],
      [":path", request.path],
      [":authority", `127.0.0.1:${port}`],
    ];
    this.fields = [...pseudo, ...request.fields].map(([name, value]) => ({ name, value }));
    this.#socket = tls ? this.#connectTls(port) : this.#connect(port);
    this.#socket.on("error", (error) => this.#broken(error));
    this.#socket.on("close", () => this.#broken(new Error("the server closed the connection")));
    this.ready = new Promise((resolve) => {
      this.settled = resolve;
    });
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(4, 0); // INITIAL_WINDOW_SIZE
    settings.writeUInt32BE(largestWindow, 2);
    this.#out.push(preface, frame(type.settings, 0, 0, settings), credit(largestWindow - 65_535));
    this.#flush();
  }

  #connect(port) {
    const onread = {
      buffer: readBuffer,
      callback: (length, buffer) => this.#read(buffer, length),
    };
    return connect({ port, host: "127.0.0.1", noDelay: true, onread });
  }

  #connectTls(port) {
    const ciphers = "TLS_AES_128_GCM_SHA256";
    const options = { ALPNProtocols: ["h2"], ciphers, rejectUnauthorized: false };
    const socket = connectTls({ port, host: "127.0.0.1", ...options });
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#read(chunk, chunk.length));
    return socket;
  }

  send(stamp) {
    this.capacity--;
    const id = this.#nextStream;
    this.#nextStream += 2;
    const stream = { stamp, length: 0, sent: 0, window: this.#streamWindow };
    this.#open.set(id, stream);
    const block = this.#nextBlock();
    this.#out.push(head(block.length, type.headers, 4, id), block);
    this.#sendBody(id, stream);
    if (this.#outside) this.#flush();
  }

  close() {
    this.#broken = () => {};
    this.#socket.destroy();
  }

  /** The header block of the next request. */
  #nextBlock() {
    if (this.#changing === "none") return this.#constantBlock();
    const literal = this.#changing === "literal";
    const fields = changingFields(this.#request.protocol, this.#calls++).map(([name, value]) => ({
      name,
      value,
      literal,
    }));
    const known = this.#blockVersion === this.#hpack.version ? this.#block : undefined;
    if (known !== undefined) scratch.set(known);
    const end = known?.length ?? this.#hpack.encode(this.fields, scratch, 0);
    const whole = copyOf(this.#hpack.encode(fields, scratch, end));
    // What does not insert again need not be encoded again.
    if (literal && known === undefined) this.#constantBlock();
    return whole;
  }

  /** The fields that do not change: made anew only where the block means something else by now. */
  #constantBlock() {
    if (this.#blockVersion === this.#hpack.version) return this.#block;
    const block = copyOf(this.#hpack.encode(this.fields, scratch, 0));
    // That one may have inserted, and is for this request alone; the next is made of indices.
    this.#block = copyOf(this.#hpack.encode(this.fields, scratch, 0));
    this.#blockVersion = this.#hpack.version;
    return block;
  }

  #sendBody(id, stream) {
    const { body } = this.#request;
    while (stream.sent < body.length) {
      const length = Math.min(body.length - stream.sent, frameBytes, this.#window, stream.window);
      if (length <= 0) return;
      const last = stream.sent + length === body.length;
      this.#out.push(head(length, type.data, last ? endStream : 0, id));
      this.#out.push(
        length === body.length ? body : body.subarray(stream.sent, stream.sent + length),
      );
      stream.sent += length;
      stream.window -= length;
      this.#window -= length;
    }
  }

  #flush() {
    if (this.#out.length === 0) return;
    const bytes = Buffer.concat(this.#out);
    this.#out.length = 0;
    this.#socket.write(bytes);
  }

  #read(buffer, length) {
    let bytes = buffer;
    let end = length;
    if (this.#held !== undefined) {
      bytes = Buffer.concat([this.#held, buffer.subarray(0, length)]);
      end = bytes.length;
      this.#held = undefined;
    }
    this.#outside = false;
    let at = 0;
    while (end - at >= 9) {
      const size = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
      if (end - at < 9 + size) break;
      this.#frame(bytes[at + 3], bytes[at + 4], bytes.readUInt32BE(at + 5), bytes, at + 9, size);
      at += 9 + size;
    }
    if (at < end) this.#held = Buffer.from(bytes.subarray(at, end));
    this.#outside = true;
    this.#flush();
    return true;
  }

  #frame(kind, flags, id, bytes, at, size) {
    if (kind === type.data) this.#data(flags, id, size);
    else if (kind === type.headers) {
      if ((flags & endStream) !== 0) this.#finish(id);
    } else if (kind === type.reset) this.#reset(id, bytes.readUInt32BE(at));
    else if (kind === type.window) this.#credit(id, bytes.readUInt32BE(at));
    else if (kind === type.settings) this.#settings(flags, bytes, at, size);
    else if (kind === type.ping && (flags & 1) === 0)
      this.#out.push(frame(type.ping, 1, 0, Buffer.from(bytes.subarray(at, at + 8))));
    else if (kind === type.goaway)
      this.#broken(new Error(`GOAWAY, error ${bytes.readUInt32BE(at + 4)}`));
  }

  #data(flags, id, size) {
    const stream = this.#open.get(id);
    if (stream !== undefined) stream.length += size;
    this.#received += size;
    if (this.#received > largestWindow / 2) {
      this.#out.push(credit(this.#received));
      this.#received = 0;
    }
    if ((flags & endStream) !== 0) this.#finish(id);
  }

  #finish(id, problem) {
    const stream = this.#open.get(id);
    if (stream === undefined) return;
    this.#open.delete(id);
    this.capacity++;
    const right = stream.length === this.#expected;
    const short = right ? undefined : `${stream.length} of ${this.#expected} bytes`;
    this.#done(this, stream.stamp, problem ?? short);
  }

  /** A reset behind the end of a response says only that the rest of the request is of no use. */
  #reset(id, code) {
    this.#finish(id, `the stream was reset with error ${code}`);
  }

  #credit(id, amount) {
    if (id !== 0) {
      const stream = this.#open.get(id);
      if (stream === undefined) return;
      stream.window += amount;
      return this.#sendBody(id, stream);
    }
    this.#window += amount;
    for (const [open, stream] of this.#open) this.#sendBody(open, stream);
  }

  #settings(flags, bytes, at, size) {
    if ((flags & 1) !== 0) return;
    for (let i = at; i < at + size; i += 6) {
      const value = bytes.readUInt32BE(i + 2);
      const name = bytes.readUInt16BE(i);
      if (name === 1 && value < 4096) this.#hpack = new HpackEncoder(0);
      if (name === 4) {
        for (const stream of this.#open.values()) stream.window += value - this.#streamWindow;
        this.#streamWindow = value;
      }
    }
    this.#out.push(frame(type.settings, 1, 0, Buffer.alloc(0)));
    this.settled();
  }
}

function copyOf(length) {
  return Buffer.from(scratch.subarray(0, length));
}

function head(length, kind, flags, id) {
  const out = Buffer.allocUnsafe(9);
  out.writeUIntBE(length, 0, 3);
  out[3] = kind;
  out[4] = flags;
  out.writeUInt32BE(id, 5);
  return out;
}

function frame(kind, flags, id, payload) {
  return Buffer.concat([head(payload.length, kind, flags, id), payload]);
}

function credit(amount) {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(amount);
  return frame(type.window, 0, 0, payload);
}
