import { expect, it } from "vitest";
import { RpcError } from "../rpc-error.js";
import type { Compression, DecompressedSink } from "./compression.js";
import { decompressMessage } from "./decompress-message.js";

const input = Uint8Array.of(9, 1, 2, 3, 9);
const tooLarge = expect.objectContaining({
  code: "resource_exhausted",
  reason: "BOWLINE_MESSAGE_TOO_LARGE",
});
const unreadable = expect.objectContaining({ code: "internal", reason: "BOWLINE_DECOMPRESS" });

/** A compression that decompresses as the test says. */
function plugIn(
  decompress: (sink: DecompressedSink, bytes: Uint8Array) => void | Promise<void>,
): Compression {
  return {
    name: "test",
    compress: (bytes) => bytes,
    decompress: (bytes, sink) => decompress(sink, bytes),
  };
}

function outcome(compression: Compression, limit: number): Promise<Uint8Array> {
  return Promise.resolve().then(() => decompressMessage(compression, input, 1, 4, limit));
}

it("hands over the part of the bytes that is the message, and joins what comes of it", () => {
  const copy = plugIn((sink, bytes) => {
    sink.append(bytes.subarray(0, 1));
    sink.append(new Uint8Array(0));
    sink.append(bytes.subarray(1));
  });
  expect(decompressMessage(copy, input, 1, 4, 3)).toEqual(Uint8Array.of(1, 2, 3));
});

it("waits for a compression that takes its time", async () => {
  const slow = plugIn(async (sink, bytes) => {
    await null;
    sink.append(bytes);
  });
  expect(await outcome(slow, 3)).toEqual(Uint8Array.of(1, 2, 3));
});

it("takes limit - 1 and limit, and refuses limit + 1, at once and in pieces", async () => {
  for (const size of [9, 10]) {
    expect(
      (
        await outcome(
          plugIn((sink) => sink.append(new Uint8Array(size))),
          10,
        )
      ).length,
    ).toBe(size);
  }
  await expect(
    outcome(
      plugIn((sink) => sink.append(new Uint8Array(11))),
      10,
    ),
  ).rejects.toEqual(tooLarge);
  const pieces = plugIn((sink) => {
    for (let i = 0; i < 11; i++) sink.append(new Uint8Array(1));
  });
  await expect(outcome(pieces, 10)).rejects.toEqual(tooLarge);
  expect((await outcome(pieces, 11)).length).toBe(11);
});

it("says how much may still come", async () => {
  const seen: number[] = [];
  const asking = plugIn((sink) => {
    for (const size of [4, 6, 1]) {
      seen.push(sink.remaining);
      try {
        sink.append(new Uint8Array(size));
      } catch {
        seen.push(sink.remaining);
      }
    }
  });
  await expect(outcome(asking, 10)).rejects.toEqual(tooLarge);
  expect(seen).toEqual([10, 6, 0, 0]);
});

it("refuses a message past the limit of a plug-in that swallows the refusal", async () => {
  const swallow = (sink: DecompressedSink) => {
    try {
      sink.append(new Uint8Array(11));
    } catch {
      // As if nothing had been.
    }
  };
  await expect(outcome(plugIn(swallow), 10)).rejects.toEqual(tooLarge);
  const slow = async (sink: DecompressedSink) => swallow(sink);
  await expect(outcome(plugIn(slow), 10)).rejects.toEqual(tooLarge);
});

it("refuses a message past the limit of a plug-in that goes on with what would fit", async () => {
  const stubborn = plugIn((sink) => {
    for (const size of [11, 1, 1]) {
      try {
        sink.append(new Uint8Array(size));
      } catch {
        // As if nothing had been.
      }
    }
  });
  await expect(outcome(stubborn, 10)).rejects.toEqual(tooLarge);
});

it("refuses a message past the limit of a plug-in that throws its own error over the refusal", async () => {
  const disguise = (sink: DecompressedSink) => {
    try {
      sink.append(new Uint8Array(11));
    } catch {
      throw new Error("something else");
    }
  };
  await expect(outcome(plugIn(disguise), 10)).rejects.toEqual(tooLarge);
  const slow = async (sink: DecompressedSink) => disguise(sink);
  await expect(outcome(plugIn(slow), 10)).rejects.toEqual(tooLarge);
});

it("does not change a message that was handed over, whatever the plug-in appends later", async () => {
  let kept: DecompressedSink | undefined;
  const late = plugIn((sink, bytes) => {
    kept = sink;
    sink.append(bytes);
  });
  const message = await outcome(late, 10);
  expect(() => kept?.append(Uint8Array.of(7))).toThrow(TypeError);
  expect(message).toEqual(Uint8Array.of(1, 2, 3));
});

it("takes a plug-in that returns without a piece as an empty message", async () => {
  expect(
    await outcome(
      plugIn(() => {}),
      0,
    ),
  ).toEqual(new Uint8Array(0));
  expect(
    await outcome(
      plugIn(async () => {}),
      0,
    ),
  ).toEqual(new Uint8Array(0));
});

it("does not ask the compression about a message without a byte", () => {
  const strict = plugIn(() => {
    throw new Error("unexpected end of data");
  });
  expect(decompressMessage(strict, input, 2, 2, 10)).toEqual(new Uint8Array(0));
});

it("names data that is not in the format, and keeps the plug-in's error as the cause alone", async () => {
  const cause = new Error("secret of the plug-in");
  const throwing = plugIn(() => {
    throw cause;
  });
  const rejecting = plugIn(() => Promise.reject(cause));
  for (const compression of [throwing, rejecting]) {
    const error = await outcome(compression, 10).catch((thrown: unknown) => thrown as RpcError);
    expect(error).toEqual(unreadable);
    expect(error).toMatchObject({ cause, rawMessage: "the message is not readable as test" });
  }
});

it("does not let a plug-in choose the code of its failure", async () => {
  const posing = plugIn(() => {
    throw new RpcError("unauthenticated", "log in again");
  });
  await expect(outcome(posing, 10)).rejects.toEqual(unreadable);
});

it("refuses a piece that is not bytes", async () => {
  const text = plugIn((sink) => sink.append("text" as unknown as Uint8Array));
  await expect(outcome(text, 10)).rejects.toEqual(unreadable);
});
