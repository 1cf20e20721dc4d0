/** HTTP/1.1 over a net socket: one request at a time on a connection that is kept alive. */
import { connect } from "node:net";
import { changingFields } from "./requests.mjs";

export class Http1Connection {
  /** How many requests fit at a time. */
  capacity = 1;
  #socket;
  #request;
  #done;
  #broken;
  #held;
  /** Length of a whole response that was parsed once: the same length again is not parsed. */
  #usual = -1;
  #calls = 0;

  /** `done(stamp, problem)` is called behind each response, with what `send` was given. */
  constructor({ port, request, changing, expected }, done, broken) {
    this.#done = done;
    this.#broken = broken;
    this.#request = new RequestBytes(port, request, changing);
    this.expected = expected;
    this.stamp = 0;
    const onread = {
      buffer: Buffer.allocUnsafe(256 * 1024),
      callback: (length, buffer) => this.#received(buffer, length),
    };
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true, onread });
    this.#socket.on("error", (error) => this.#broken(error));
    this.#socket.on("close", () => this.#broken(new Error("the server closed the connection")));
    this.ready = new Promise((resolve) => this.#socket.once("connect", resolve));
  }

  send(stamp) {
    this.capacity = 0;
    this.stamp = stamp;
    this.#socket.write(this.#request.next(this.#calls++));
  }

  close() {
    this.#broken = () => {};
    this.#socket.destroy();
  }

  #received(buffer, length) {
    if (this.#held === undefined && length === this.#usual && buffer[9] === 0x32) {
      return this.#finish();
    }
    const piece = Buffer.from(buffer.subarray(0, length));
    this.#held = this.#held === undefined ? piece : Buffer.concat([this.#held, piece]);
    const response = parseResponse(this.#held);
    if (response === undefined) return;
    this.#held = undefined;
    if (response.chunked) this.#usual = -1;
    else this.#usual = response.end;
    const right = response.status === 200 && response.length === this.expected;
    this.#finish(
      right ? undefined : `status ${response.status}, ${response.length} of ${this.expected} bytes`,
    );
  }

  #finish(problem) {
    this.capacity = 1;
    this.#done(this, this.stamp, problem);
  }
}

/** Makes the bytes of each request; of those that change, the changing fields are patched in place. */
class RequestBytes {
  #bytes;
  #protocol;
  #changing;
  #at = [];

  constructor(port, { path, protocol, fields, body }, changing) {
    this.#protocol = protocol;
    this.#changing = changing !== "none";
    const all = [
      ["host", `127.0.0.1:${port}`],
      ...fields,
      ["content-length", String(body.length)],
      ...(this.#changing ? changingFields(protocol, 0) : []),
    ];
    const head = `POST ${path} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
    this.#bytes = Buffer.concat([Buffer.from(head, "latin1"), body]);
    if (this.#changing)
      this.#at = changingFields(protocol, 0).map(
        ([name]) => head.indexOf(`\r\n${name}: `) + 4 + name.length,
      );
  }

  next(call) {
    if (!this.#changing) return this.#bytes;
    const bytes = Buffer.from(this.#bytes);
    changingFields(this.#protocol, call).forEach(([, value], i) => {
      bytes.latin1Write(value, this.#at[i]);
    });
    return bytes;
  }
}

/** Status, end and length of the body of a response; `undefined` while it is not whole. */
function parseResponse(bytes) {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = bytes.latin1Slice(0, headEnd).toLowerCase();
  const status = Number(head.slice(9, 12));
  const start = headEnd + 4;
  const announced = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (announced !== undefined) {
    const end = start + Number(announced);
    return bytes.length < end ? undefined : { status, end, length: Number(announced) };
  }
  return parseChunks(bytes, start, status);
}

function parseChunks(bytes, start, status) {
  let length = 0;
  for (let at = start; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.latin1Slice(at, line), 16);
    at = line + 2 + size + 2;
    if (bytes.length < at) return undefined;
    if (size === 0) return { status, end: at, length, chunked: true };
    length += size;
  }
}
