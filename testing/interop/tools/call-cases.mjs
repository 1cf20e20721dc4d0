/**
 * The cases of programs that call a method by its name with JSON, grpcurl and buf curl. What each takes on its command
 * line and how its failures read is said by the script of each.
 *
 * @typedef {object} Caller
 * @property {(method: string, messages: object[], options?: { headers?: Record<string, string>, timeoutSeconds?: number }) => Promise<Said>} call
 *
 * @typedef {object} Said
 * @property {number} code gRPC's number
 * @property {any[]} messages
 * @property {string} output all of what it wrote
 */
import { ok, deepStrictEqual as same } from "node:assert";

const asking = (...sizes) => ({ responseParameters: sizes.map((size) => ({ size })) });
const bodySize = ({ payload }) => Buffer.from(payload?.body ?? "", "base64").length;

/** @type {Record<string, (caller: Caller) => Promise<void>>} */
export const callCases = {
  async empty_unary({ call }) {
    const { code, messages } = await call("EmptyCall", [{}]);
    same({ code, messages }, { code: 0, messages: [{}] });
  },

  async large_unary({ call }) {
    const payload = { body: Buffer.alloc(1_000_000).toString("base64") };
    const { code, messages } = await call("UnaryCall", [{ responseSize: 1_000_000, payload }]);
    same({ code, sizes: messages.map(bodySize) }, { code: 0, sizes: [1_000_000] });
  },

  async error_details({ call }) {
    const responseStatus = { code: 9, message: "wrong state ☺" };
    const { code, output } = await call("UnaryCall", [{ responseStatus }]);
    same(code, 9);
    ok(output.includes(responseStatus.message), output);
    ok(output.includes("google.rpc.ErrorInfo"), output);
  },

  async metadata({ call }) {
    const headers = {
      "x-grpc-test-echo-initial": "hello",
      "x-grpc-test-echo-trailing-bin": "AP8BqwA=",
    };
    const { code, output } = await call("UnaryCall", [{}], { headers });
    same(code, 0);
    ok(/x-grpc-test-echo-initial: hello/i.test(output), output);
    ok(/x-grpc-test-echo-trailing-bin: AP8BqwA/i.test(output), output);
  },

  async deadline({ call }) {
    const headers = { "x-interop-delay-ms": "20000" };
    const { code } = await call("UnaryCall", [{}], { headers, timeoutSeconds: 1 });
    same(code, 4);
  },

  async unimplemented_method({ call }) {
    same((await call("UnimplementedCall", [{}])).code, 12);
  },

  async server_streaming({ call }) {
    const { code, messages } = await call("StreamingOutputCall", [asking(31_415, 9, 200_000)]);
    same({ code, sizes: messages.map(bodySize) }, { code: 0, sizes: [31_415, 9, 200_000] });
  },

  async server_streaming_error({ call }) {
    const responseStatus = { code: 5, message: "the end" };
    const request = { ...asking(7), responseStatus };
    const { code, messages, output } = await call("StreamingOutputCall", [request]);
    same({ code, sizes: messages.map(bodySize) }, { code: 5, sizes: [7] });
    ok(output.includes("the end"), output);
  },

  async client_streaming({ call }) {
    const requests = [100, 20_000].map((size) => ({
      payload: { body: Buffer.alloc(size).toString("base64") },
    }));
    const { code, messages } = await call("StreamingInputCall", requests);
    same({ code, messages }, { code: 0, messages: [{ aggregatedPayloadSize: 20_100 }] });
  },

  async bidi({ call }) {
    const { code, messages } = await call("FullDuplexCall", [asking(5), asking(6, 7)]);
    same({ code, sizes: messages.map(bodySize) }, { code: 0, sizes: [5, 6, 7] });
  },
};

/** The JSON values of a text, one behind the other; other lines in between are left out. @param {string} text */
export function jsonValues(text) {
  const values = [];
  let open = "";
  for (const line of text.split("\n")) {
    if (open === "" && !line.startsWith("{")) continue;
    open += line;
    try {
      values.push(JSON.parse(open));
      open = "";
    } catch {
      // It goes on in the next line.
    }
  }
  return values;
}
