/** The service that faults are tried on: one method of each kind, whose messages are `google.protobuf.Method`. */
import { Method } from "@bowline/protobuf/wkt";
import { implement } from "@bowline/rpc";
import { serviceType } from "@bowline/rpc/codegen/v1";

const method = (kind, name) => ({
  kind,
  name,
  input: Method,
  output: Method,
  idempotency: "unknown",
});

export const FaultService = serviceType(undefined, 0, "test.v1.FaultService", {
  echo: method("unary", "Echo"),
  watch: method("server_streaming", "Watch"),
  collect: method("client_streaming", "Collect"),
  chat: method("bidi", "Chat"),
});

/** Handlers as people write them: some await, one ignores that its caller is gone. */
export const faultService = implement(FaultService, {
  async echo({ name }) {
    await null;
    return { name };
  },
  async *watch({ name }) {
    for (let i = 0; i < 8; i++) {
      if (i === 4) await new Promise(setImmediate);
      yield { name };
    }
  },
  async collect(requests) {
    let name = "";
    for await (const each of requests) name = each.name;
    return { name };
  },
  async *chat(requests) {
    for await (const { name } of requests) yield { name };
  },
});

export { Method };

/** Envelopes of messages with these names. */
export function enveloped(...names) {
  return Buffer.concat(
    names.map((name) => {
      const bytes = Method.encode({ name });
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(bytes.length, 1);
      return Buffer.concat([prefix, bytes]);
    }),
  );
}
