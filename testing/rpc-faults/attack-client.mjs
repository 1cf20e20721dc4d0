/** Faults of servers against our client, over both HTTP versions: every call has to settle. */
import { createServer } from "node:net";
import { createChannel } from "@bowline/node";
import { createClient, RpcError } from "@bowline/rpc";
import {
  data,
  flag,
  frameReader,
  goaway,
  headers,
  preface,
  reset,
  settings,
  settingsAck,
  type,
} from "./frames.mjs";
import { enveloped, FaultService } from "./service.mjs";

/** A server that answers with one fault after the other; what it does is drawn for each stream. */
export async function createFaultyServer(random, tally) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", (first) => {
      const serveIt = first.subarray(0, 3).toString() === "PRI" ? serveHttp2 : serveHttp1;
      serveIt(socket, first, random, tally);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function serveHttp2(socket, first, random, tally) {
  let greeted = false;
  const push = frameReader((frameType, flags, stream) => {
    if (frameType === type.settings && (flags & flag.ack) === 0) socket.write(settingsAck);
    if (frameType === type.headers && !socket.destroyed) {
      const fault = random.pick(http2Faults);
      tally(`HTTP/2 ${fault.name}`);
      fault(socket, stream, random);
    }
  });
  const take = (chunk) => {
    if (!greeted) socket.write(settings);
    const bytes = greeted ? chunk : chunk.subarray(preface.length);
    greeted = true;
    push(bytes);
  };
  take(first);
  socket.on("data", take);
}

const ok = { ":status": "200", "content-type": "application/grpc+proto" };
const errorCodes = [0, 1, 2, 3, 5, 7, 8, 11, 13];

const http2Faults = [
  function resetBeforeTheHead(socket, stream, random) {
    socket.write(reset(stream, random.pick(errorCodes)));
  },
  function resetAfterTheHead(socket, stream, random) {
    socket.write(headers(stream, ok));
    socket.write(reset(stream, random.pick(errorCodes)));
  },
  function resetInAnEnvelope(socket, stream, random) {
    socket.write(headers(stream, ok));
    socket.write(data(stream, enveloped("reset").subarray(0, 7)));
    socket.write(reset(stream, random.pick(errorCodes)));
  },
  function cutEnvelope(socket, stream, random) {
    const body = enveloped("an envelope that is cut");
    socket.write(headers(stream, ok));
    socket.write(data(stream, body.subarray(0, 1 + random.below(body.length - 1)), true));
  },
  function endWithoutStatus(socket, stream) {
    socket.write(headers(stream, ok));
    socket.write(data(stream, enveloped("x"), true));
  },
  function garbageEnvelope(socket, stream, random) {
    socket.write(headers(stream, ok));
    socket.write(data(stream, Buffer.from(random.bytes(1 + random.below(60)))));
    socket.write(headers(stream, { "grpc-status": "0" }, true));
  },
  function garbageStatus(socket, stream, random) {
    const status = random.pick(["", "x", "99999999999", "-1", "0, 0", "1.5"]);
    socket.write(headers(stream, { ...ok, "grpc-status": status, "grpc-message": "%zz%" }, true));
  },
  function otherContent(socket, stream, random) {
    const status = random.pick(["200", "204", "301", "404", "503"]);
    socket.write(headers(stream, { ":status": status, "content-type": "text/html" }));
    socket.write(data(stream, Buffer.from("<html>"), true));
  },
  function tooManyMessages(socket, stream) {
    socket.write(headers(stream, ok));
    socket.write(data(stream, enveloped("a", "b", "c")));
    socket.write(headers(stream, { "grpc-status": "0" }, true));
  },
  function whole(socket, stream) {
    socket.write(headers(stream, ok));
    socket.write(data(stream, enveloped("whole")));
    socket.write(headers(stream, { "grpc-status": "0" }, true));
  },
  function cutConnection(socket) {
    socket.resetAndDestroy();
  },
  function goAway(socket, stream, random) {
    socket.write(goaway(random.once(2) ? 0 : stream, random.pick(errorCodes)));
    setImmediate(() => socket.destroy());
  },
  function garbageFrames(socket, _stream, random) {
    socket.write(random.bytes(1 + random.below(60)));
    setImmediate(() => socket.destroy());
  },
];

function serveHttp1(socket, first, random, tally) {
  const take = () => {
    if (socket.destroyed) return;
    const fault = random.pick(http1Faults);
    tally(`HTTP/1.1 ${fault.name}`);
    fault(socket, random);
  };
  // One request is one call here: what comes of its body is not looked at.
  let seen = "";
  const read = (chunk) => {
    seen += chunk.toString("latin1");
    if (!seen.includes("\r\n\r\n")) return;
    seen = "";
    take();
  };
  read(first);
  socket.on("data", (chunk) => {
    if (seen !== "" || chunk.subarray(0, 4).toString() === "POST") read(chunk);
  });
}

const answerHead = (more, contentType = "application/connect+proto") =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\n${more}\r\n\r\n`;
const abort = (socket) => setImmediate(() => socket.resetAndDestroy());
const connectEnd = (json) => {
  const bytes = Buffer.from(json);
  const prefix = Buffer.from([2, 0, 0, 0, bytes.length]);
  return Buffer.concat([prefix, bytes]);
};

const http1Faults = [
  function noAnswer(socket) {
    abort(socket);
  },
  function cutHead(socket, random) {
    const whole = answerHead("content-length: 10");
    socket.write(whole.slice(0, 1 + random.below(whole.length - 1)));
    abort(socket);
  },
  function cutBody(socket) {
    socket.write(answerHead("content-length: 100"));
    socket.write(enveloped("cut"));
    abort(socket);
  },
  function halfClose(socket) {
    socket.write(answerHead("content-length: 100"));
    socket.end(enveloped("half"));
  },
  function garbage(socket, random) {
    socket.write(random.bytes(1 + random.below(200)));
    socket.end();
  },
  function garbageChunks(socket, random) {
    socket.write(answerHead("transfer-encoding: chunked"));
    socket.write(Buffer.concat([Buffer.from("5\r\n"), random.bytes(30)]));
    socket.end();
  },
  function garbageEnvelopes(socket, random) {
    const body = random.bytes(1 + random.below(60));
    socket.write(answerHead(`content-length: ${body.length}`));
    socket.write(body);
  },
  function endWithoutEndMessage(socket) {
    const body = enveloped("a", "b");
    socket.write(answerHead(`content-length: ${body.length}`));
    socket.write(body);
  },
  function garbageEnd(socket, random) {
    const end = random.pick(["", "{", "[]", "null", '{"error":7}', '{"error":{"code":"nope"}}']);
    const body = Buffer.concat([enveloped("a"), connectEnd(end)]);
    socket.write(answerHead(`content-length: ${body.length}`));
    socket.write(body);
  },
  function messagesBehindTheEnd(socket) {
    const body = Buffer.concat([connectEnd("{}"), enveloped("late")]);
    socket.write(answerHead(`content-length: ${body.length}`));
    socket.write(body);
  },
  function otherContent(socket, random) {
    const status = random.pick(["200", "204", "301", "404", "503"]);
    socket.write(`HTTP/1.1 ${status} X\r\ncontent-type: text/html\r\ncontent-length: 0\r\n\r\n`);
  },
  function wholeStream(socket) {
    const body = Buffer.concat([enveloped("a"), connectEnd("{}")]);
    socket.write(answerHead(`content-length: ${body.length}`));
    socket.write(body);
  },
  function wholeMessage(socket) {
    const body = enveloped("a").subarray(5);
    socket.write(answerHead(`content-length: ${body.length}`, "application/proto"));
    socket.write(body);
  },
];

/**
 * Calls a faulty server, so many calls at a time, until it has done `count` faults. A channel is closed after some calls, with others under way,
 * and after a connection that did not come about, because it would fail the next calls without trying.
 * Throws for a call that does not settle as it should.
 */
export async function attackClient({ port, count, random, tally, faults, sample, httpVersion }) {
  let nextSample = 0;
  const open = () => {
    const channel = createChannel(`http://127.0.0.1:${port}`, {
      protocol: httpVersion === "2" ? "grpc" : "connect",
      httpVersion,
      limits: { stallTimeoutMs: 100 },
    });
    return { channel, client: createClient(FaultService, channel) };
  };
  const worker = async () => {
    let { channel, client } = open();
    while (faults() < count) {
      const { text, isUnreachable } = await outcome(() => makeCall(client, random, httpVersion));
      tally(text);
      if (isUnreachable || random.once(50)) {
        const last = outcome(() => makeCall(client, random, httpVersion));
        await channel.close();
        tally((await last).text);
        await checkClosed(channel);
        ({ channel, client } = open());
      }
      if (faults() < nextSample) continue;
      nextSample += count / 48;
      await sample();
    }
    await channel.close();
    await checkClosed(channel);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}

/** A closed channel holds no stream any more, after a moment for the connection to end. */
async function checkClosed(channel, patience = 100) {
  const { waitingStreams, subchannels } = channel.describe();
  const open = subchannels.map(({ connection }) => connection?.openStreams ?? 0);
  const streams = open.reduce((sum, each) => sum + each, waitingStreams);
  if (streams === 0) return undefined;
  if (patience === 0) {
    throw new Error(`a closed channel has streams: ${JSON.stringify(channel.describe())}`);
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
  return checkClosed(channel, patience - 1);
}

/** How a call ended; anything but a response or an `RpcError` is a fault of ours, and so is no end at all. */
async function outcome(call) {
  let timer;
  const hung = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("a call has not settled after 20 s")), 20_000);
  });
  try {
    await Promise.race([call(), hung]);
    return { text: "call: ok", isUnreachable: false };
  } catch (error) {
    if (!RpcError.is(error)) throw error;
    return { text: `call: ${error.code}`, isUnreachable: error.reason === "BOWLINE_UNREACHABLE" };
  } finally {
    clearTimeout(timer);
  }
}

async function makeCall(client, random, httpVersion) {
  const options = random.once(4) ? { timeoutMs: 1 + random.below(2000) } : {};
  switch (random.below(6)) {
    case 0:
      return client.echo({ name: "x" }, options);
    case 1:
      return drain(client.watch({ name: "x" }, options));
    case 2:
      return client.collect([{ name: "a" }, { name: "b" }], options);
    case 3: {
      const call = client.watch({ name: "x" }, options);
      setImmediate(() => call.cancel());
      return drain(call);
    }
    case 4: {
      for await (const _ of client.watch({ name: "x" }, options)) break;
      return undefined;
    }
    default: {
      const call = client.chat(undefined, options);
      call.send({ name: "a" }).catch(() => {});
      if (httpVersion === "1.1") call.closeSend();
      const all = await drain(call);
      return all;
    }
  }
}

async function drain(responses) {
  let count = 0;
  for await (const _ of responses) count++;
  return count;
}
