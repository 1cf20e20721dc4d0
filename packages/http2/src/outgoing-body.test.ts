import { afterEach, describe, expect, it } from "vitest";
import { OutgoingBody } from "./outgoing-body.js";
import { Output } from "./output.js";
import { Staging } from "./staging.js";

const concat = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
const bodies: OutgoingBody[] = [];

function gathering(): OutgoingBody {
  const body = new OutgoingBody();
  body.gather();
  bodies.push(body);
  return body;
}

afterEach(() => {
  for (const body of bodies.splice(0)) body.clear();
});

function written(body: OutgoingBody): Uint8Array {
  const output = new Output({ allocate: (bytes) => new Uint8Array(bytes), scheduleFlush() {} });
  body.writeTo(output);
  expect(body.length).toBe(0);
  return concat(...output.take());
}

function envelope(flags: number, content: Uint8Array): Uint8Array {
  const prefix = new Uint8Array(5);
  prefix[0] = flags;
  new DataView(prefix.buffer).setUint32(1, content.length);
  return concat(prefix, content);
}

/** Writes an envelope of pieces, in place where that is possible and asked for. */
function write(body: OutgoingBody, flags: number, pieces: readonly Uint8Array[], inPlace: boolean) {
  body.openEnvelope(flags);
  for (const piece of pieces) {
    const { target } = body;
    if (inPlace && target !== undefined && target.buffer.length - target.at >= piece.length) {
      target.buffer.set(piece, target.at);
      target.at += piece.length;
    } else body.append(piece);
  }
  body.closeEnvelope();
}

describe.each([
  ["gathered", gathering],
  ["in pieces", () => new OutgoingBody()],
])("a body %s", (_, create) => {
  it("leaves as it was put in, whatever the sizes", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 100; round++) {
      const body = create();
      const wanted: Uint8Array[] = [];
      for (let step = random(8); step >= 0; step--) {
        const size = () => random(random(6) === 0 ? 20_000 : 300);
        const pieces = Array.from({ length: random(4) }, () =>
          new Uint8Array(size()).fill(random(256)),
        );
        const flags = random(3);
        const kind = random(5);
        if (kind === 0) {
          body.append(pieces[0] ?? new Uint8Array(0));
          wanted.push(pieces[0] ?? new Uint8Array(0));
        } else if (kind === 1) {
          body.openEnvelope(flags);
          for (const piece of pieces) body.append(piece);
          body.dropEnvelope();
        } else {
          write(body, flags, pieces, random(2) === 0);
          wanted.push(envelope(flags, concat(...pieces)));
        }
      }
      const all = concat(...wanted);
      expect(body.length).toBe(all.length);
      expect(Buffer.compare(concat(...body.pieces()), all)).toBe(0);
      const taken = round % 2 === 0 ? written(body) : concat(...body.takePieces());
      expect(Buffer.compare(taken, all)).toBe(0);
      expect(body.length).toBe(0);
    }
  });

  it("is empty when it was cleared", () => {
    const body = create();
    write(body, 0, [Uint8Array.of(1, 2)], true);
    body.openEnvelope(1);
    body.append(new Uint8Array(10_000));
    body.clear();
    write(body, 2, [Uint8Array.of(3)], true);
    expect(written(body)).toEqual(envelope(2, Uint8Array.of(3)));
  });
});

describe("staging memory", () => {
  it("does not reach a stream that comes later while somebody may still write to it", () => {
    const body = gathering();
    body.openEnvelope(0);
    const { target } = body;
    body.clear();
    target?.buffer.fill(255);
    const other = gathering();
    write(other, 0, [Uint8Array.of(1)], true);
    expect(other.target).toBeUndefined();
    const [piece] = other.pieces();
    expect(piece).toEqual(envelope(0, Uint8Array.of(1)));
    other.openEnvelope(0);
    expect(other.target?.buffer).not.toBe(target?.buffer);
  });

  it("is bounded in the process; who comes then does without", () => {
    const crowd = Array.from({ length: 600 }, () => gathering());
    for (const body of crowd) write(body, 0, [Uint8Array.of(1)], true);
    expect(Staging.take()).toBeUndefined();
    expect(crowd.filter(({ canGrow }) => canGrow)).toHaveLength(512);
    for (const body of crowd) expect(written(body)).toEqual(envelope(0, Uint8Array.of(1)));
    Staging.take()?.release(false);
    const next = gathering();
    write(next, 0, [Uint8Array.of(1)], true);
    expect(next.canGrow).toBe(true);
  });
});
