import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RequestMessage } from "./request-message.js";

/** Takes every request with what the test says, and answers when the body is complete. */
let taken: (request: RequestMessage, done: () => void) => void;
let port = 0;

const server = createServer({ IncomingMessage: RequestMessage }, (request, response) =>
  taken(request, () => response.end("done")),
);

beforeEach(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\n";

/** A target that collects, and says that it takes no more once it has `room` bytes. */
function collect(request: RequestMessage, done: () => void, room = Number.POSITIVE_INFINITY) {
  const state = { text: "", complete: false };
  request.target = {
    take(chunk) {
      state.text += chunk.toString("latin1");
      return state.text.length < room;
    },
    complete() {
      state.complete = true;
      done();
    },
  };
  request.readOn();
  return state;
}

it("gives the body to its target piece by piece, and takes the next request of the connection", async () => {
  const bodies: { text: string; complete: boolean }[] = [];
  taken = (request, done) => bodies.push(collect(request, done));
  const socket = connect(port, "127.0.0.1");
  for (let i = 0; i < 3; i++) {
    socket.write(`${head}abc`);
    await once(server, "request");
    socket.write("def");
    await once(socket, "data");
  }
  socket.destroy();
  expect(bodies.map(({ text }) => text)).toEqual(["abcdef", "abcdef", "abcdef"]);
});

it("knows that its body was taken, so that Node lets go of it", async () => {
  let request: RequestMessage | undefined;
  taken = (each, done) => {
    request = each;
    collect(each, done);
  };
  const socket = connect(port, "127.0.0.1");
  socket.write(head);
  await once(server, "request");
  expect(request?.readableEnded).toBe(false);
  socket.write("abcdef");
  await once(socket, "data");
  expect(request?.readableEnded).toBe(true);
  expect(request?.listenerCount("end")).toBe(0);
  socket.destroy();
});

it("is the stream that Node's is where it has no target", async () => {
  taken = async (request: IncomingMessage, done) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    if (text === "abcdef" && request.readableEnded) done();
  };
  const socket = connect(port, "127.0.0.1");
  socket.write(`${head}abcdef`);
  const [answer] = await once(socket, "data");
  expect(String(answer)).toContain("200 OK");
  socket.destroy();
});

it("stops the connection when its target takes no more, until it reads on", async () => {
  let request: RequestMessage | undefined;
  let state: { text: string } | undefined;
  taken = (each, done) => {
    request = each;
    state = collect(each, done, 1);
  };
  const size = 8 * 1024 * 1024;
  const socket = connect(port, "127.0.0.1");
  socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${size}\r\n\r\n`);
  await once(server, "request");
  socket.write("x".repeat(size));
  await vi.waitFor(() => expect(state?.text).toContain("x"));
  expect(request?.socket.isPaused()).toBe(true);
  const readAll = setInterval(() => request?.readOn(), 1);
  const [answer] = await once(socket, "data");
  clearInterval(readAll);
  expect(String(answer)).toContain("200 OK");
  expect(state?.text.length).toBe(size);
  socket.destroy();
});
