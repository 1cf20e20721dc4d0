/** The service of the soak: one method of each kind, whose messages are `google.protobuf.Any` used as an id with a payload. */
import { setTimeout as sleep } from "node:timers/promises";
import { Any } from "@bowline/protobuf/wkt";
import { implement, RpcError } from "@bowline/rpc";
import { serviceType } from "@bowline/rpc/codegen/v1";

const method = (kind, name) => ({
  kind,
  name,
  input: Any,
  output: Any,
  idempotency: "unknown",
});

export const SoakService = serviceType(undefined, 0, "test.v1.SoakService", {
  echo: method("unary", "Echo"),
  watch: method("server_streaming", "Watch"),
  collect: method("client_streaming", "Collect"),
  chat: method("bidi", "Chat"),
});

/** What a request says of the call: its id, how many messages its stream has, how long the handler takes, and whether it fails. */
export function order({ id, count = 1, delayMs = 0, fails = false }) {
  return `${id}/${count}/${delayMs}/${fails ? 1 : 0}`;
}

function orderOf({ typeUrl }) {
  const [id, count, delayMs, fails] = typeUrl.split("/").map(Number);
  return { id, count, delayMs, fails: fails === 1 };
}

/**
 * The handlers. What a call was there for is done when `record(id, messages)` is told, before the caller can know.
 * @param {(id: number, messages: number) => void} record
 */
export function soakService(record) {
  return implement(SoakService, {
    async echo(request, call) {
      const { id } = await begin(request, call);
      record(id, 1);
      return { typeUrl: `${id}/0`, value: request.value };
    },
    async *watch(request, call) {
      const { id, count } = await begin(request, call);
      for (let i = 0; i < count; i++) yield { typeUrl: `${id}/${i}`, value: request.value };
      record(id, count);
    },
    async collect(requests, call) {
      let id = 0;
      let count = 0;
      let bytes = 0;
      for await (const request of requests) {
        ({ id } = count === 0 ? await begin(request, call) : orderOf(request));
        count++;
        bytes += request.value.length;
      }
      record(id, count);
      return { typeUrl: `${id}/${count}/${bytes}` };
    },
    async *chat(requests, call) {
      let id = 0;
      let count = 0;
      for await (const request of requests) {
        ({ id } = count === 0 ? await begin(request, call) : orderOf(request));
        yield { typeUrl: `${id}/${count}`, value: request.value };
        count++;
      }
      record(id, count);
    },
  });
}

async function begin(request, { signal }) {
  const asked = orderOf(request);
  if (asked.delayMs > 0) await sleep(asked.delayMs, undefined, { signal });
  if (asked.fails) throw new RpcError("failed_precondition", "as asked for");
  return asked;
}
