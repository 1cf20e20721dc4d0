import { type Implementation, implement, RpcError } from "@bowline/rpc";
import { GreetService } from "./gen/greet/v1/greet.pb.js";

/** The greet service: one function a method, whatever its callers speak. */
export const greeter: Implementation = implement(GreetService, {
  greet({ name }, call) {
    if (!name) throw new RpcError("invalid_argument", "name is empty: whom shall I greet?");
    call.responseHeaders.set(
      "x-greeted-over",
      `${call.peer.protocol} http/${call.peer.httpVersion}`,
    );
    return { greeting: `Hello, ${name}!` };
  },

  async *countdown({ from = 0 }, call) {
    for (let left = from; left > 0 && !call.signal.aborted; left--) yield { left };
  },

  async sum(requests) {
    let total = 0n;
    for await (const { number = 0 } of requests) total += BigInt(number);
    return { total };
  },

  async *chat(requests) {
    for await (const { text = "" } of requests) yield { text: `You said: ${text}` };
  },
});
