/** Faults of clients against our server, over both HTTP versions. */
import { connect } from "node:net";
import {
  data,
  flag,
  frame,
  frameReader,
  goaway,
  headers,
  preface,
  reset,
  settings,
  settingsAck,
  type,
} from "./frames.mjs";
import { enveloped, Method } from "./service.mjs";

const path = (name) => `/test.v1.FaultService/${name}`;
const names = ["Echo", "Watch", "Collect", "Chat"];

const rounds = 32;

/** Runs `count` faults, many at a time; calls `sample` after each round of them, when none is under way. */
export async function attackServer({ port, count, random, tally, sample }) {
  let left = count;
  const worker = async (rest) => {
    while (left > rest) {
      const done = random.once(10)
        ? await http2(port, random, tally, Math.min(25, left))
        : await http1(port, random, tally);
      left -= done;
    }
  };
  for (let round = 1; round <= rounds; round++) {
    const rest = count - (count * round) / rounds;
    await Promise.all(Array.from({ length: 64 }, () => worker(rest)));
    await sample();
  }
}

/** Another loopback address each time, so that closed connections do not use up one address's ports. */
const localAddress = (random) => `127.0.0.${2 + random.below(200)}`;

/** One connection of faults over HTTP/1.1. */
function http1(port, random, tally) {
  const fault = random.pick(http1Faults);
  tally(`HTTP/1.1 ${fault.name}`);
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress: localAddress(random) });
    const timer = setTimeout(() => socket.destroy(), 5_000);
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(1);
    });
    socket.on("data", () => {});
    socket.on("connect", () => fault(socket, random));
  });
}

function head(name, contentType, more) {
  return `POST ${path(name)} HTTP/1.1\r\nhost: x\r\ncontent-type: ${contentType}\r\n${more}\r\n\r\n`;
}

const abort = (socket) => setImmediate(() => socket.resetAndDestroy());

const http1Faults = [
  function cutHeaders(socket, random) {
    const whole = head("Echo", "application/proto", "content-length: 9");
    socket.write(whole.slice(0, 1 + random.below(whole.length - 1)));
    abort(socket);
  },
  function cutBody(socket, random) {
    socket.write(head("Echo", "application/proto", `content-length: ${10 + random.below(1000)}`));
    socket.write(Method.encode({ name: "cut" }));
    abort(socket);
  },
  function halfClose(socket, random) {
    socket.write(head(random.pick(names), "application/connect+proto", "content-length: 100"));
    socket.end(enveloped("half"));
  },
  function garbage(socket, random) {
    socket.write(random.bytes(1 + random.below(200)));
    socket.end();
  },
  function garbageChunks(socket, random) {
    socket.write(
      head(random.pick(names), "application/connect+proto", "transfer-encoding: chunked"),
    );
    socket.write(Buffer.concat([Buffer.from("5\r\n"), random.bytes(30)]));
    socket.end();
  },
  function garbageEnvelopes(socket, random) {
    const body = random.bytes(1 + random.below(60));
    body[0] = 0;
    if (body.length > 1) body[1] = 0;
    const length = `content-length: ${body.length}\r\nconnection: close`;
    socket.write(head(random.pick(names), "application/connect+proto", length));
    socket.write(body);
  },
  function leaveBeforeTheAnswer(socket) {
    const body = enveloped("gone");
    socket.write(head("Watch", "application/connect+proto", `content-length: ${body.length}`));
    socket.write(body);
    abort(socket);
  },
  function whole(socket, random) {
    const body = Method.encode({ name: "whole" });
    const length = `content-length: ${body.length}\r\nconnection: close`;
    socket.write(head("Echo", random.pick(["application/proto", "text/plain"]), length));
    socket.write(body);
  },
];

/** One connection of faults over HTTP/2; returns how many streams it had. */
function http2(port, random, tally, most) {
  return new Promise((resolve) => {
    const streams = 1 + random.below(most);
    let done = 0;
    const socket = connect({ port, host: "127.0.0.1", localAddress: localAddress(random) });
    const timer = setTimeout(() => socket.destroy(), 5_000);
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Math.max(1, done));
    });
    socket.on(
      "data",
      frameReader((frameType, flags) => {
        if (frameType === type.settings && (flags & flag.ack) === 0) socket.write(settingsAck);
      }),
    );
    socket.on("connect", () => {
      socket.write(Buffer.concat([preface, settings]));
      const step = () => {
        if (socket.destroyed) return;
        for (let i = 0; i < 8 && done < streams; i++) {
          const fault = random.pick(http2Faults);
          tally(`HTTP/2 ${fault.name}`);
          fault(socket, 2 * done++ + 1, random);
        }
        if (done < streams) setImmediate(step);
        else leave(socket, random, tally);
      };
      step();
    });
  });
}

/** How a connection ends: with manners or without. */
function leave(socket, random, tally) {
  const end = random.pick(http2Ends);
  tally(`HTTP/2 ${end.name}`);
  end(socket, random);
}

const http2Ends = [
  function goAway(socket) {
    socket.write(goaway(0, 0));
    setTimeout(() => socket.end(), 5);
  },
  function cutConnection(socket) {
    abort(socket);
  },
  function halfCloseConnection(socket) {
    socket.end();
  },
  function garbageFrames(socket, random) {
    const payload = Buffer.from(random.bytes(random.below(60)));
    socket.write(frame(random.below(12), random.below(256), random.below(100), payload));
    socket.write(random.bytes(1 + random.below(60)));
    setTimeout(() => socket.destroy(), 5);
  },
];

function requestHead(stream, random, name = random.pick(names), endStream = false) {
  const contentType = random.pick([
    "application/grpc",
    "application/grpc-web+proto",
    "application/connect+proto",
  ]);
  return headers(
    stream,
    {
      ":method": "POST",
      ":scheme": "http",
      ":authority": "x",
      ":path": path(name),
      "content-type": contentType,
      ...(random.once(3) ? { "grpc-timeout": random.pick(["1m", "5S", "99999999H"]) } : {}),
    },
    endStream,
  );
}

const errorCodes = [0, 1, 2, 3, 5, 7, 8, 11, 13];

const http2Faults = [
  function resetInTheMiddle(socket, stream, random) {
    const body = enveloped("reset").subarray(0, random.below(12));
    socket.write(requestHead(stream, random));
    socket.write(data(stream, body));
    socket.write(reset(stream, random.pick(errorCodes)));
  },
  function resetAfterTheEnd(socket, stream, random) {
    socket.write(requestHead(stream, random));
    socket.write(data(stream, enveloped("reset"), true));
    socket.write(reset(stream, random.pick(errorCodes)));
  },
  function resetALittleLater(socket, stream, random) {
    socket.write(requestHead(stream, random, random.pick(["Watch", "Chat"])));
    socket.write(data(stream, enveloped("later"), true));
    setImmediate(() => socket.destroyed || socket.write(reset(stream, random.pick(errorCodes))));
  },
  function leftOpen(socket, stream, random) {
    socket.write(requestHead(stream, random));
    if (random.once(2)) socket.write(data(stream, enveloped("open")));
  },
  function cutEnvelope(socket, stream, random) {
    const body = enveloped("an envelope that is cut");
    socket.write(requestHead(stream, random));
    socket.write(data(stream, body.subarray(0, 1 + random.below(body.length - 1)), true));
  },
  function garbageEnvelope(socket, stream, random) {
    const body = Buffer.from(random.bytes(1 + random.below(60)));
    socket.write(requestHead(stream, random));
    socket.write(data(stream, body, true));
  },
  function noBody(socket, stream, random) {
    socket.write(requestHead(stream, random, random.pick(names), true));
  },
  function whole(socket, stream, random) {
    socket.write(requestHead(stream, random));
    socket.write(data(stream, enveloped("whole"), true));
  },
];
