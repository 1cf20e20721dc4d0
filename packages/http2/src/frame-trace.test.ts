import { expect, it } from "vitest";
import {
  concat,
  data,
  frame,
  goaway,
  headers,
  literals,
  ping,
  rstStream,
  settings,
  settingsAck,
  uint32,
  windowUpdate,
} from "./fixtures/frames.js";
import { Flag, FrameType } from "./frame.js";
import { FrameTrace } from "./frame-trace.js";
import { clientPreface } from "./preface.js";

function trace(bytes: Uint8Array, size: number, hasPreface = false): string[] {
  const lines: string[] = [];
  const writer = new FrameTrace((line) => lines.push(line), hasPreface);
  for (let at = 0; at < bytes.length; at += size) writer.add(bytes.slice(at, at + size));
  return lines;
}

const fields = [":method", "GET", "authorization", "Bearer abc", "x-bin", "AAA", "x-a", "b c"];

it.each(["cookie", "x-auth-token", "x-api-key", "apikey", "x-client-secret", "db-password"])(
  "does not show the value of %s",
  (name) => {
    expect(trace(headers(1, { fields: [name, "abc"] }), 1_000)).toEqual([
      `HEADERS stream 1 ${name}=[redacted]`,
    ]);
  },
);

it.each([1, 7, 1_000])(
  "writes a line for each frame, however the bytes are cut: %i at a time",
  (size) => {
    const bytes = concat(
      clientPreface,
      settings([
        [3, 100],
        [0x99, 1],
      ]),
      settingsAck,
      headers(1, { fields, endsStream: true }),
      frame(FrameType.headers, Flag.padded, 3, concat([2], literals(fields.slice(0, 2)), [0, 0])),
      frame(FrameType.continuation, Flag.endHeaders, 3, literals(fields.slice(6))),
      data(3, "hello"),
      data(3, "", { endsStream: true }),
      ping(),
      windowUpdate(0, 17),
      rstStream(3, 8),
      frame(0x42, 0, 0, [1]),
      goaway(3, 11),
      frame(FrameType.goaway, 0, 0, concat(uint32(5), uint32(0), Buffer.from('so "long"\n'))),
    );
    expect(trace(bytes, size, true)).toEqual([
      "SETTINGS MAX_CONCURRENT_STREAMS=100 0x99=1",
      "SETTINGS ACK",
      'HEADERS stream 1 END_STREAM :method="GET" authorization=[redacted] x-bin=[redacted] x-a="b c"',
      'HEADERS stream 3 :method="GET" x-a="b c"',
      "DATA stream 3 5 bytes",
      "DATA stream 3 END_STREAM",
      "PING 8 bytes",
      "WINDOW_UPDATE +17",
      "RST_STREAM stream 3 CANCEL",
      "0x42 1 bytes",
      "GOAWAY last 3 ENHANCE_YOUR_CALM",
      'GOAWAY last 5 NO_ERROR "so \\"long\\"\\n"',
    ]);
  },
);

it("says what it cannot read, and goes on", () => {
  const broken = frame(FrameType.headers, Flag.endHeaders, 1, [0x80]);
  expect(trace(concat(broken), 1_000)).toEqual(["unreadable: a header block has index 0"]);
});
