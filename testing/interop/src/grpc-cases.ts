/**
 * The client's side of gRPC's interoperability cases, as
 * https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md describes them: each throws where the server
 * did not do what the description says. ORCA's two, and those of authentication, are left out.
 */
import { ok, deepStrictEqual as same } from "node:assert";
import { type Channel, type Client, createClient, isCode, RpcError } from "@bowline/rpc";
import { TestService, UnimplementedService } from "./gen/grpc/testing/test.pb.js";

type TestClient = Client<typeof TestService.methods>;
/** Opens a channel to the server under test; it ends with the process. */
export type ChannelOpener = () => Channel;
type GrpcCase = (client: TestClient, open: ChannelOpener) => Promise<void>;

const requestSizes = [27_182, 8, 1_828, 45_904];
const responseSizes = [31_415, 9, 2_653, 58_979];
const soakIterations = 10;

/** The cases by their names. */
export const grpcCases: Readonly<Record<string, GrpcCase>> = {
  async empty_unary(client) {
    same({ ...(await client.emptyCall({})) }, {});
  },

  large_unary: (client) => largeUnary(client),

  async client_streaming(client) {
    const call = client.streamingInputCall();
    for (const size of requestSizes) await call.send({ payload: zeros(size) });
    call.closeSend();
    same((await call).aggregatedPayloadSize, 74_922);
  },

  async server_streaming(client) {
    const sizes: number[] = [];
    const request = { responseParameters: responseSizes.map((size) => ({ size })) };
    for await (const { payload } of client.streamingOutputCall(request)) {
      sizes.push(payload?.body.length ?? 0);
    }
    same(sizes, responseSizes);
  },

  async ping_pong(client) {
    const call = client.fullDuplexCall();
    const responses = call[Symbol.asyncIterator]();
    for (const [index, size] of requestSizes.entries()) {
      const responseSize = responseSizes[index]!;
      await call.send({
        responseParameters: [{ size: responseSize }],
        payload: zeros(size),
      });
      same((await responses.next()).value?.payload?.body.length, responseSize);
    }
    call.closeSend();
    same((await responses.next()).done, true);
  },

  async empty_stream(client) {
    const call = client.fullDuplexCall();
    call.closeSend();
    for await (const response of call) throw new Error(`a response: ${JSON.stringify(response)}`);
  },

  async timeout_on_sleeping_server(client) {
    const call = client.fullDuplexCall(undefined, { timeoutMs: 1 });
    const sent = call.send({
      responseParameters: [{ size: 31_415, intervalUs: 5_000_000 }],
      payload: zeros(27_182),
    });
    // The deadline may pass before the message has left.
    sent.catch(() => {});
    await failure("deadline_exceeded", drain(call));
  },

  async cancel_after_begin(client) {
    const call = client.streamingInputCall();
    call.cancel();
    await failure("canceled", call);
  },

  async cancel_after_first_response(client) {
    const call = client.fullDuplexCall();
    await call.send({ responseParameters: [{ size: 31_415 }], payload: zeros(27_182) });
    const responses = call[Symbol.asyncIterator]();
    same((await responses.next()).value?.payload?.body.length, 31_415);
    call.cancel();
    await failure("canceled", responses.next());
  },

  async status_code_and_message(client) {
    const responseStatus = { code: 2, message: "test status message" };
    const unary = await failure("unknown", client.unaryCall({ responseStatus }));
    same(unary.rawMessage, responseStatus.message);
    const call = client.fullDuplexCall();
    await call.send({ responseStatus });
    call.closeSend();
    same((await failure("unknown", drain(call))).rawMessage, responseStatus.message);
  },

  async special_status_message(client) {
    const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    const call = client.unaryCall({ responseStatus: { code: 2, message } });
    same((await failure("unknown", call)).rawMessage, message);
  },

  async custom_metadata(client) {
    const trailing = Uint8Array.of(0xab, 0xab, 0xab);
    const headers = {
      "x-grpc-test-echo-initial": "test_initial_metadata_value",
      "x-grpc-test-echo-trailing-bin": "q6ur",
    };
    const unary = client.unaryCall({ responseSize: 314_159, payload: zeros(271_828) }, { headers });
    await unary;
    await echoed(unary, trailing);
    const duplex = client.fullDuplexCall(undefined, { headers });
    await duplex.send({ responseParameters: [{ size: 314_159 }], payload: zeros(271_828) });
    duplex.closeSend();
    await drain(duplex);
    await echoed(duplex, trailing);
  },

  async unimplemented_method(client) {
    await failure("unimplemented", client.unimplementedCall({}));
  },

  async unimplemented_service(_, open) {
    const client = createClient(UnimplementedService, open());
    await failure("unimplemented", client.unimplementedCall({}));
  },

  async rpc_soak(client) {
    for (let i = 0; i < soakIterations; i++) await largeUnary(client);
  },

  async channel_soak(_, open) {
    for (let i = 0; i < soakIterations; i++) await largeUnary(createClient(TestService, open()));
  },

  async pick_first_unary(client) {
    const servers = new Set<string>();
    for (let i = 0; i < 20; i++) {
      servers.add((await client.unaryCall({ fillServerId: true })).serverId);
    }
    same(servers.size, 1);
    ok(!servers.has(""), "the server does not fill server_id");
  },
};

async function largeUnary(client: TestClient): Promise<void> {
  const { payload } = await client.unaryCall({ responseSize: 314_159, payload: zeros(271_828) });
  same(payload?.body.length, 314_159);
  ok(payload!.body.every((byte) => byte === 0));
}

function zeros(size: number): { body: Uint8Array } {
  return { body: new Uint8Array(size) };
}

async function drain(call: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of call);
}

/** The error of a call that has to fail with this code. */
async function failure(code: string, call: PromiseLike<unknown>): Promise<RpcError> {
  ok(isCode(code));
  try {
    await call;
  } catch (error) {
    if (!RpcError.is(error) || error.code !== code) throw error;
    return error;
  }
  throw new Error(`it should have failed with ${code}`);
}

type Answered = Pick<ReturnType<TestClient["unaryCall"]>, "headers" | "trailers">;

async function echoed(call: Answered, trailing: Uint8Array): Promise<void> {
  const headers = await call.headers;
  same(headers.get("x-grpc-test-echo-initial"), "test_initial_metadata_value");
  const bytes = (await call.trailers).getBinary("x-grpc-test-echo-trailing-bin");
  same(bytes && Uint8Array.from(bytes), trailing);
}
