/**
 * What every transport does, whatever it runs on: one suite for the transport in memory and for those of
 * `@bowline/node`. It speaks to both ends as the protocols do: `RequestAcceptor` on the server, `ResponseReceiver` on the
 * client. Long, as a list of cases is: they
 * share what sends and answers, and are read one by one.
 */
import type {
  ClientStream,
  ClientTransport,
  RequestAcceptor,
  RequestReceiver,
  ServerStream,
  StreamFailure,
} from "@bowline/rpc/internal";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RecordedRequest, RecordedResponse, watched } from "./recorder.js";

/** Both ends of a way, connected. */
export interface ConnectedTransport {
  readonly transport: ClientTransport;
  /** Breaks every connection, where there are any. */
  cut?(): void;
  /** Ends what is left, the server too. */
  close(): void | Promise<void>;
}

type Kind = StreamFailure["kind"];

/** How transports differ, by what they run on. */
export interface TransportTraits {
  readonly httpVersion: "1.1" | "2";
  /** Whether the client sends requests piece by piece; otherwise as a whole. Default true. */
  readonly sendsPieces?: boolean;
  /** Bytes of a header list from which on a server answers 431, and a client ends the stream. */
  readonly headerListBytes: number;
  /** Whether there are connections that can be lost. */
  readonly hasConnections: boolean;
  /** What the server hears when the client gives a stream up. */
  readonly clientResetKind: Kind;
  /** What the client hears when the server gives a stream up. */
  readonly serverResetKind: Kind;
  /** What the client hears of the streams under way when its transport is closed. */
  readonly closeKind: Kind;
  /** What the server may hear then. */
  readonly closedPeerKinds: readonly Kind[];
  /** What the server hears when the connection is lost. Default `lost`. */
  readonly cutPeerKind?: Kind;
  /** Whether an end that pauses hears at once that the other gave up; without, when it resumes. */
  readonly hearsWhilePaused: boolean;
}

const KiB = 1024;
const MiB = 1024 * KiB;
/** More than a transport may hold of a body whose reader pauses. */
const tooMuch = 32 * MiB;

/** Runs the suite over a transport. `connect` makes a server with the acceptor, and a transport to it. */
export function describeTransport(
  name: string,
  traits: TransportTraits,
  connect: (accept: RequestAcceptor) => ConnectedTransport | Promise<ConnectedTransport>,
): void {
  const isHttp2 = traits.httpVersion === "2";
  const sendsPieces = traits.sendsPieces ?? true;
  /** A case whose client sends a request piece by piece. */
  const itInPieces = (caseName: string, run: () => Promise<void>): void => {
    if (sendsPieces) it(caseName, run);
  };
  describe(name, () => {
    let connected: ConnectedTransport;
    let accept: (stream: ServerStream) => RequestReceiver | undefined;
    let requests: RecordedRequest[];
    let responses: RecordedResponse[];
    let announce: (() => void)[];

    beforeEach(async () => {
      requests = [];
      responses = [];
      announce = [];
      accept = recordRequest;
      connected = await connect((stream) => accept(stream));
    });

    afterEach(async () => {
      await connected.close();
      expect([...requests, ...responses].flatMap((each) => each.violations)).toEqual([]);
    });

    function recordRequest(stream: ServerStream): RecordedRequest {
      const request = new RecordedRequest(stream);
      requests.push(request);
      for (const wake of announce.splice(0)) wake();
      return request;
    }

    /** The request that came as number `index`, as soon as it has come. */
    async function requestAt(index: number): Promise<RecordedRequest> {
      while (requests[index] === undefined) {
        await new Promise<void>((resolve) => announce.push(resolve));
      }
      return requests[index] as RecordedRequest;
    }

    function open(
      path = "/test.v1.Service/Method",
      headers: readonly string[] = ["content-type", "application/proto"],
    ): { stream: ClientStream; response: RecordedResponse } {
      const response = new RecordedResponse();
      responses.push(response);
      const head = { method: "POST", path, headers, requiresHttp2: isHttp2 };
      const stream = watched(connected.transport.open(head, response), response);
      return { stream, response };
    }

    /** A request sent at once. */
    function send(body: Uint8Array | string, path?: string, headers?: readonly string[]) {
      const opened = open(path, headers);
      opened.stream.body.append(Buffer.from(body as string));
      opened.stream.send();
      return opened;
    }

    /** A request that has begun, with `text` on its way, and both of its ends. */
    async function begin(text = "first;") {
      const index = requests.length;
      const { stream, response } = open();
      stream.start();
      stream.body.append(Buffer.from(text));
      stream.flush();
      const request = await requestAt(index);
      await request.until(() => request.text === text);
      return { stream, response, request };
    }

    /** Gives the request up on the client; nothing may come there any more. */
    function giveUp(stream: ClientStream, response: RecordedResponse): void {
      stream.reset();
      response.deaf = true;
    }

    /** A request of its own goes through: the transport works. */
    async function expectAlive(): Promise<void> {
      const before = accept;
      accept = (stream) => {
        const request = new RecordedRequest(stream);
        request.onEnd = () => request.respond(200, request.text);
        return request;
      };
      const { response } = send("still there?");
      await response.over();
      expect([response.status, response.text]).toEqual([200, "still there?"]);
      accept = before;
    }

    /** Lets everything that is on its way arrive: another request there and back. */
    const settle = expectAlive;

    describe("a whole request and a whole response", () => {
      it("carry method, path, query, status and bodies", async () => {
        for (const status of [200, 404, 503]) {
          const { response } = send("question", "/a.B/C?x=1&y=%20z");
          const request = await requestAt(requests.length);
          await request.until(() => request.isOver);
          expect(request.stream.method).toBe("POST");
          expect(request.stream.target).toBe("/a.B/C?x=1&y=%20z");
          expect(request.text).toBe("question");
          expect(request.stream.httpVersion).toBe(traits.httpVersion);
          expect(request.stream.peer.address).not.toBe("");
          request.respond(status, "answer");
          await response.over();
          expect(response.status).toBe(status);
          expect(response.text).toBe("answer");
          expect(response.events).toEqual(["head", "data", "end"]);
        }
      });

      it("carry headers: several of a name in order, empty ones, and every visible character", async () => {
        const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join("");
        const fields = [
          "x-one",
          "1",
          "x-two",
          "a",
          "x-two",
          "b, c",
          "x-empty",
          "",
          "x-all",
          `${visible} ${visible}`,
        ];
        const { response } = send("", "/", ["content-type", "text/plain", ...fields]);
        const request = await requestAt(0);
        request.stream.respond(200, ["content-type", "text/plain", ...fields]);
        request.deaf = true;
        await response.over();
        for (const { headers } of [request.stream, response]) {
          expect(headers.get("x-one")).toBe("1");
          expect(headers.get("x-two")).toBe("a, b, c");
          expect(headers.get("x-empty")).toBe("");
          expect(headers.get("x-all")).toBe(`${visible} ${visible}`);
          expect(headers.get("content-type")).toBe("text/plain");
        }
      });

      it("may be empty", async () => {
        const { response } = send("");
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        expect(request.events).toEqual(["end"]);
        request.respond(200);
        await response.over();
        expect(response.events).toEqual(["head", "end"]);
        expect(response.trailers.size).toBe(0);
      });

      it.each([1, 16 * KiB, 64 * KiB + 1, 5 * MiB])("carry %i bytes as they are", async (size) => {
        const body = new Uint8Array(size).map((_, i) => (i * 31) % 251);
        const { response } = send(body);
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        expect(Buffer.compare(request.body, body)).toBe(0);
        request.stream.body.append(request.body);
        request.stream.respond(200, []);
        request.deaf = true;
        await response.over();
        expect(Buffer.compare(response.body, body)).toBe(0);
      });

      it("hold what was written as envelopes, and not what was taken back", async () => {
        const { stream, response } = open();
        const write = ({ body }: Pick<ClientStream, "body">) => {
          body.append(Buffer.from("forgotten"));
          body.clear();
          body.openEnvelope(0);
          body.append(Buffer.from("ab"));
          body.append(Buffer.from("c"));
          body.closeEnvelope();
          body.openEnvelope(1);
          body.append(Buffer.from("dropped"));
          body.dropEnvelope();
          body.openEnvelope(2);
          body.closeEnvelope();
        };
        write(stream);
        stream.send();
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        write(request.stream);
        request.stream.respond(200, []);
        request.deaf = true;
        await response.over();
        for (const each of [request, response]) {
          expect(each.text).toBe("\0\0\0\0\x03abc\x02\0\0\0\0");
        }
      });
    });

    describe("a stream", () => {
      itInPieces(
        "carries a request piece by piece, in order, as the pieces are handed over",
        async () => {
          const { stream, response, request } = await begin("0;");
          let sent = "0;";
          for (let i = 1; i < 20; i++) {
            stream.body.append(Buffer.from(`${i};`));
            sent += `${i};`;
            stream.flush();
            await request.until(() => request.text === sent);
          }
          stream.body.append(Buffer.from("last"));
          stream.end();
          await request.until(() => request.isOver);
          expect(request.text).toBe(`${sent}last`);
          request.respond(200, "done");
          expect((await response.over()).text).toBe("done");
        },
      );

      it("carries a response piece by piece, in order, as the pieces are handed over", async () => {
        const { response } = send("go");
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        const { stream } = request;
        stream.start(200, ["content-type", "text/plain"]);
        stream.flush();
        let sent = "";
        for (let i = 0; i < 20; i++) {
          stream.body.append(Buffer.from(`${i};`));
          sent += `${i};`;
          stream.flush();
          await response.until(() => response.text === sent);
        }
        stream.body.append(Buffer.from("last"));
        stream.end();
        request.deaf = true;
        await response.over();
        expect(response.text).toBe(`${sent}last`);
        expect(response.events).toEqual(["head", "data", "end"]);
      });

      itInPieces("sends the head of a request before its body", async () => {
        const { stream, response } = open("/early");
        stream.start();
        stream.flush();
        const request = await requestAt(0);
        expect(request.stream.target).toBe("/early");
        stream.end();
        await request.until(() => request.isOver);
        request.respond(200, "ok");
        await response.over();
      });

      it("sends the head of a response before its body", async () => {
        const { response } = send("go");
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        request.stream.start(200, ["x-early", "1"]);
        request.stream.flush();
        await response.until(() => response.status === 200);
        expect(response.headers.get("x-early")).toBe("1");
        request.stream.end();
        request.deaf = true;
        expect((await response.over()).events).toEqual(["head", "end"]);
      });

      it("ends with pieces handed over in one go", async () => {
        const { response } = send("go");
        const request = await requestAt(0);
        request.stream.start(200, []);
        for (const piece of ["a", "b", "c"]) {
          request.stream.body.append(Buffer.from(piece));
          request.stream.flush();
        }
        request.stream.end();
        request.deaf = true;
        expect((await response.over()).text).toBe("abc");
      });

      if (isHttp2) {
        it("goes both ways at once", async () => {
          const { stream, response, request } = await begin("0;");
          request.stream.start(200, []);
          let sent = "";
          for (let i = 1; i < 10; i++) {
            request.stream.body.append(Buffer.from(`${i}!`));
            request.stream.flush();
            await response.until(() => response.text.endsWith(`${i}!`));
            stream.body.append(Buffer.from(`${i};`));
            stream.flush();
            sent += `${i};`;
            await request.until(() => request.text === `0;${sent}`);
          }
          stream.end();
          await request.until(() => request.isOver);
          request.stream.end();
          request.deaf = true;
          await response.over();
          expect(response.text).toBe("1!2!3!4!5!6!7!8!9!");
        });

        it("carries trailers behind a body, a streamed one, and none", async () => {
          const trailers = ["x-sum", "10", "x-sum", "11", "x-end-bin", "AAA"];
          const expectTrailers = async (response: RecordedResponse) => {
            await response.over();
            expect([...response.trailers].sort()).toEqual([
              ["x-end-bin", "AAA"],
              ["x-sum", "10"],
              ["x-sum", "11"],
            ]);
          };
          const whole = send("1");
          (await requestAt(0)).respond(200, "body", trailers);
          await expectTrailers(whole.response);
          const none = send("2");
          (await requestAt(1)).respond(200, "", trailers);
          await expectTrailers(none.response);
          expect(none.response.events).toEqual(["head", "end"]);
          const streamed = send("3");
          const request = await requestAt(2);
          request.stream.start(200, []);
          request.stream.body.append(Buffer.from("piece"));
          request.stream.flush();
          request.stream.end(trailers);
          request.deaf = true;
          await expectTrailers(streamed.response);
          expect(streamed.response.text).toBe("piece");
        });
      }
    });

    if (sendsPieces) {
      describe("an answer before the request's end", () => {
        it("is given on the headers alone, and the client need not stop sending first", async () => {
          accept = (stream) => {
            stream.body.append(Buffer.from("no"));
            stream.respond(403, ["x-early", "1"]);
            return undefined;
          };
          const { stream, response } = open();
          stream.start();
          stream.body.append(new Uint8Array(10 * KiB));
          stream.flush();
          await response.until(() => response.events.includes("head"));
          stream.body.append(new Uint8Array(10 * KiB));
          stream.flush();
          stream.end();
          await response.over();
          expect(response.failure).toBeUndefined();
          expect([response.status, response.text]).toEqual([403, "no"]);
          await expectAlive();
        });

        it("ends a request that was being received: nothing more of it comes", async () => {
          const { stream, response, request } = await begin();
          request.respond(409, "enough");
          await response.until(() => response.events.includes("head"));
          stream.body.append(Buffer.from("more"));
          stream.flush();
          stream.end();
          await response.over();
          expect([response.status, response.text]).toEqual([409, "enough"]);
          await settle();
          expect(request.events).toEqual(["data"]);
          expect(request.text).toBe("first;");
        });

        it("frees a client that waits for room", async () => {
          const { stream, response, request } = await begin();
          request.stream.pause();
          let sent = 0;
          do {
            stream.body.append(new Uint8Array(64 * KiB));
            sent += 64 * KiB;
          } while (stream.flush() && sent < tooMuch);
          expect(sent).toBeLessThan(tooMuch);
          request.respond(413, "too much");
          await response.over();
          expect(response.failure).toBeUndefined();
          expect([response.status, response.text]).toEqual([413, "too much"]);
          await expectAlive();
        });
      });
    }

    describe("backpressure", () => {
      itInPieces(
        "a server that pauses bounds what a client hands over, and resumes it",
        async () => {
          const { stream, response, request } = await begin();
          request.stream.pause();
          await settle();
          let sent = 0;
          const piece = new Uint8Array(64 * KiB).fill(1);
          const fill = () => {
            let room = true;
            while (room && sent < tooMuch) {
              stream.body.append(piece);
              sent += piece.length;
              room = stream.flush();
            }
          };
          fill();
          expect(sent).toBeLessThan(tooMuch);
          await settle();
          // What the connection itself can hold may have left meanwhile; the rest waits.
          for (let before = 0; before !== response.drains && sent < tooMuch; ) {
            before = response.drains;
            fill();
            await settle();
          }
          expect(sent).toBeLessThan(tooMuch);
          const { drains } = response;
          request.stream.resume();
          await response.until(() => response.drains === drains + 1);
          await request.until(() => request.size === sent + 6);
          stream.end();
          await request.until(() => request.isOver);
          expect(response.drains).toBe(drains + 1);
          request.respond(200);
          await response.over();
        },
      );

      it("a client that pauses bounds what a server hands over, and resumes it", async () => {
        const { stream, response } = send("go");
        response.onHead = () => stream.pause();
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        request.stream.start(200, []);
        request.stream.flush();
        await response.until(() => response.events.includes("head"));
        let sent = 0;
        const piece = new Uint8Array(64 * KiB).fill(2);
        const fill = () => {
          let room = true;
          while (room && sent < tooMuch) {
            request.stream.body.append(piece);
            sent += piece.length;
            room = request.stream.flush();
          }
        };
        fill();
        await settle();
        for (let before = 0; before !== request.drains && sent < tooMuch; ) {
          before = request.drains;
          fill();
          await settle();
        }
        expect(sent).toBeLessThan(tooMuch);
        const { drains } = request;
        stream.resume();
        await request.until(() => request.drains === drains + 1);
        await response.until(() => response.size === sent);
        request.stream.end();
        request.deaf = true;
        await response.over();
        expect(response.size).toBe(sent);
      });

      it("a reader that pauses holds up nobody else", async () => {
        const { stream, response } = send("go");
        response.onHead = () => stream.pause();
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        request.stream.start(200, []);
        request.stream.flush();
        await response.until(() => response.events.includes("head"));
        // More may be flushed, whatever `flush` says.
        for (let i = 0; i < 64; i++) {
          request.stream.body.append(new Uint8Array(64 * KiB));
          request.stream.flush();
        }
        await expectAlive();
        const lively = send("go");
        const next = await requestAt(1);
        next.stream.start(200, []);
        for (let i = 0; i < 10; i++) {
          next.stream.body.append(new Uint8Array(16 * KiB));
          const { drains } = next;
          if (!next.stream.flush()) await next.until(() => next.drains > drains);
        }
        next.stream.end();
        next.deaf = true;
        await lively.response.over();
        expect(lively.response.size).toBe(160 * KiB);
        stream.resume();
        request.stream.end();
        request.deaf = true;
        await response.over();
        expect(response.size).toBe(64 * 64 * KiB);
      });

      itInPieces(
        "moves 5 MiB each way through writers that wait for room and readers that pause",
        async () => {
          const size = 5 * MiB;
          const pieces = size / (64 * KiB);
          const pieceOf = (index: number) => new Uint8Array(64 * KiB).fill(index % 256);
          const whole = Buffer.concat(Array.from({ length: pieces }, (_, i) => pieceOf(i)));
          /** Writes all pieces, waiting for room after each `flush` that returns false. */
          const pump = (target: Pick<ClientStream, "body" | "flush">, end: () => void) => {
            let next = 0;
            return () => {
              while (next < pieces) {
                target.body.append(pieceOf(next++));
                if (!target.flush()) return;
              }
              if (next++ === pieces) end();
            };
          };
          /** Pauses at each piece, and resumes in the next turn of the event loop. */
          const hesitate = (source: Pick<ClientStream, "pause" | "resume">) => () => {
            source.pause();
            setImmediate(() => source.resume());
          };
          const { stream, response } = open();
          stream.start();
          const write = pump(stream, () => stream.end());
          response.onDrained = write;
          write();
          const request = await requestAt(0);
          request.onData = hesitate(request.stream);
          await request.until(() => request.isOver);
          expect(request.failure).toBeUndefined();
          expect(Buffer.compare(request.body, whole)).toBe(0);
          request.stream.start(200, []);
          response.onData = hesitate(stream);
          const answer = pump(request.stream, () => {
            request.stream.end();
            request.deaf = true;
          });
          request.onDrained = answer;
          answer();
          await response.over();
          expect(response.failure).toBeUndefined();
          expect(Buffer.compare(response.body, whole)).toBe(0);
        },
      );

      it("a receiver that pauses as it accepts gets no more than what is on its way", async () => {
        accept = (stream) => {
          stream.pause();
          return recordRequest(stream);
        };
        const { response } = send(new Uint8Array(16 * MiB));
        const request = await requestAt(0);
        accept = recordRequest;
        await settle();
        expect(request.events).not.toContain("end");
        expect(request.size).toBeLessThan(2 * MiB);
        request.stream.resume();
        await request.until(() => request.isOver);
        expect(request.size).toBe(16 * MiB);
        request.respond(200, "ok");
        expect((await response.over()).text).toBe("ok");
      });
    });

    describe("a client that gives up", () => {
      const kind = { kind: traits.clientResetKind };

      it("before it sent anything is never heard of", async () => {
        const { stream, response } = open();
        stream.body.append(Buffer.from("unsent"));
        giveUp(stream, response);
        await settle();
        expect(requests).toEqual([]);
      });

      itInPieces("while it sends interrupts the server", async () => {
        const { stream, response, request } = await begin();
        giveUp(stream, response);
        await request.until(() => request.isOver);
        // In particular no end: what came is not the whole.
        expect(request.events).toEqual(["data", "interrupted"]);
        expect(request.failure).toMatchObject(kind);
        await expectAlive();
      });

      it("after it sent everything interrupts the server that has not answered", async () => {
        const { stream, response } = send("all of it");
        const request = await requestAt(0);
        await request.until(() => request.events.includes("end"));
        giveUp(stream, response);
        await request.until(() => request.failure !== undefined);
        expect(request.failure).toMatchObject(kind);
        request.stream.body.append(Buffer.from("too late"));
        request.stream.respond(200, []);
        await expectAlive();
      });

      it("in the middle of a response interrupts the server", async () => {
        const { stream, response } = send("go");
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        request.stream.start(200, []);
        request.stream.body.append(Buffer.from("part"));
        request.stream.flush();
        await response.until(() => response.text === "part");
        giveUp(stream, response);
        await request.until(() => request.failure !== undefined);
        expect(request.failure).toMatchObject(kind);
        request.stream.body.append(Buffer.from("too late"));
        request.stream.flush();
        request.stream.end();
        await expectAlive();
      });

      it("inside its own receiver hears nothing more", async () => {
        const { stream, response } = send("go");
        response.onHead = () => giveUp(stream, response);
        const request = await requestAt(0);
        request.stream.start(200, []);
        request.stream.body.append(Buffer.from("part"));
        request.stream.flush();
        await request.until(() => request.failure !== undefined);
        expect(request.failure).toMatchObject(kind);
        expect(response.events).toEqual(["head"]);
      });

      itInPieces("is heard of by a server that pauses", async () => {
        const { stream, response, request } = await begin();
        request.stream.pause();
        await settle();
        stream.body.append(Buffer.from("unread"));
        stream.flush();
        giveUp(stream, response);
        await request.until(() => request.failure !== undefined);
        expect(request.failure).toMatchObject(kind);
      });

      itInPieces("twice, or after the end, does no harm", async () => {
        const first = await begin();
        giveUp(first.stream, first.response);
        first.stream.reset();
        first.stream.body.append(Buffer.from("x"));
        first.stream.flush();
        first.stream.end();
        first.stream.pause();
        first.stream.resume();
        const second = send("whole");
        const request = await requestAt(1);
        request.respond(200, "ok");
        await second.response.over();
        second.stream.pause();
        second.stream.resume();
        giveUp(second.stream, second.response);
        await expectAlive();
        expect(request.failure).toBeUndefined();
      });
    });

    describe("a server that gives up", () => {
      const kind = { kind: traits.serverResetKind };

      it("before it answered interrupts the client", async () => {
        const { response } = send("all of it");
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        request.stream.reset();
        request.deaf = true;
        await response.over();
        expect(response.failure).toMatchObject(kind);
        expect(response.events).toEqual(["interrupted"]);
        await expectAlive();
      });

      itInPieces(
        "while the request comes interrupts the client, which need not stop first",
        async () => {
          const { stream, response, request } = await begin();
          request.stream.reset();
          request.deaf = true;
          await response.over();
          expect(response.failure).toMatchObject(kind);
          stream.body.append(Buffer.from("more"));
          stream.flush();
          stream.end();
          await expectAlive();
        },
      );

      it("in the middle of its response interrupts the client: no end", async () => {
        const { response } = send("go");
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        request.stream.start(200, []);
        request.stream.body.append(Buffer.from("part"));
        request.stream.flush();
        await response.until(() => response.text === "part");
        request.stream.reset();
        request.deaf = true;
        await response.over();
        expect(response.failure).toMatchObject(kind);
        expect(response.events).toEqual(["head", "data", "interrupted"]);
        await expectAlive();
      });

      it("is heard of by a client that pauses", async () => {
        const { stream, response } = send("go");
        response.onHead = () => stream.pause();
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        request.stream.start(200, []);
        request.stream.body.append(new Uint8Array(256 * KiB));
        request.stream.flush();
        await response.until(() => response.events.includes("head"));
        request.stream.reset();
        request.deaf = true;
        if (!traits.hearsWhilePaused) stream.resume();
        await response.over();
        expect(response.failure).toMatchObject(kind);
      });

      it("may go on calling without harm", async () => {
        const { response } = send("go");
        const request = await requestAt(0);
        request.stream.reset();
        request.deaf = true;
        request.stream.body.append(Buffer.from("x"));
        request.stream.flush();
        request.stream.end();
        request.stream.respond(200, []);
        request.stream.reset();
        await response.over();
        expect(response.failure).toMatchObject(kind);
        expect(response.events).not.toContain("end");
      });

      it("answers only once", async () => {
        const { response } = send("go");
        const request = await requestAt(0);
        request.respond(200, "first");
        request.respond(500, "second");
        request.stream.end();
        await response.over();
        expect([response.status, response.text]).toEqual([200, "first"]);
        await expectAlive();
      });
    });

    describe("headers past the limit", () => {
      it("are answered with 431, and the next request is served", async () => {
        const large = Array.from({ length: 40 }, (_, i) => [
          `x-${i}`,
          "v".repeat(traits.headerListBytes / 32),
        ]);
        const { response } = send("body", "/", large.flat());
        await response.over();
        expect(response.status).toBe(431);
        expect(requests).toEqual([]);
        await expectAlive();
      });

      it("end a stream on the client, and the next request is served", async () => {
        const large = Array.from({ length: 40 }, (_, i) => [
          `x-${i}`,
          "v".repeat(traits.headerListBytes / 32),
        ]);
        const { response } = send("body");
        const request = await requestAt(0);
        await request.until(() => request.isOver);
        request.stream.body.append(Buffer.from("unseen"));
        request.stream.respond(200, large.flat());
        request.deaf = true;
        await response.over();
        expect(response.failure).toMatchObject({ kind: "limit" });
        expect(response.events).toEqual(["interrupted"]);
        await expectAlive();
      });
    });

    it("keeps many streams apart", async () => {
      const count = 200;
      accept = (stream) => {
        const request = new RecordedRequest(stream);
        requests.push(request);
        request.onEnd = () => {
          // In another order than they came.
          const answer = () => request.respond(200, `${stream.target} ${request.text}`);
          if (Number(request.text) % 3 === 0) setImmediate(answer);
          else answer();
        };
        return request;
      };
      const sent = Array.from({ length: count }, (_, i) => send(String(i), `/s/${i}`));
      for (const [i, { response }] of sent.entries()) {
        await response.over();
        expect(response.text).toBe(`/s/${i} ${i}`);
      }
      expect(requests.length).toBe(count);
    });

    describe("closing the transport", () => {
      it("interrupts what is under way at both ends, whatever its state", async () => {
        const sending = sendsPieces ? [await begin()] : [];
        const waiting = send("all of it");
        const waitingRequest = await requestAt(sending.length);
        await waitingRequest.until(() => waitingRequest.isOver);
        const reading = send("go");
        const readingRequest = await requestAt(sending.length + 1);
        await readingRequest.until(() => readingRequest.isOver);
        readingRequest.stream.start(200, []);
        readingRequest.stream.body.append(Buffer.from("part"));
        readingRequest.stream.flush();
        await reading.response.until(() => reading.response.text === "part");
        connected.transport.close();
        for (const { response } of [...sending, waiting, reading]) {
          await response.over();
          expect(response.failure).toMatchObject({ kind: traits.closeKind });
        }
        const begun = sending.map(({ request }) => request);
        for (const request of [...begun, waitingRequest, readingRequest]) {
          await request.until(() => request.failure !== undefined);
          expect(traits.closedPeerKinds).toContain(request.failure?.kind);
        }
      });

      it("lets nothing begin afterwards", async () => {
        connected.transport.close();
        const { response } = send("late");
        await response.over();
        expect(response.failure).toMatchObject({ kind: "shutdown" });
        expect(requests).toEqual([]);
        connected.transport.close();
      });
    });

    if (!traits.hasConnections) return;
    it("interrupts both ends of every stream when its connection is lost", async () => {
      const sending = sendsPieces ? [await begin()] : [];
      const reading = send("go");
      const request = await requestAt(sending.length);
      await request.until(() => request.isOver);
      request.stream.start(200, []);
      request.stream.body.append(Buffer.from("part"));
      request.stream.flush();
      await reading.response.until(() => reading.response.text === "part");
      connected.cut?.();
      for (const { response } of [...sending, reading]) {
        await response.until(() => response.failure !== undefined);
        expect(response.failure).toMatchObject({ kind: "lost" });
      }
      for (const peer of [...sending.map((each) => each.request), request]) {
        await peer.until(() => peer.failure !== undefined);
        expect(peer.failure).toMatchObject({ kind: traits.cutPeerKind ?? "lost" });
      }
      expect(reading.response.events).toEqual(["head", "data", "interrupted"]);
      await expectAlive();
    });
  });
}
