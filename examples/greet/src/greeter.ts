import { type Implementation, implement, RpcError } from "@bowline/rpc";
import { GreetService } from "./gen/greet/v1/greet.pb.js";

/** The greet service. `Countdown` has no handler here: whoever calls it is told `unimplemented`. */
export const greeter: Implementation = implement(GreetService, {
  greet({ name }, call) {
    if (!name) throw new RpcError("invalid_argument", "name is empty: whom shall I greet?");
    call.responseHeaders.set(
      "x-greeted-over",
      `${call.peer.protocol} http/${call.peer.httpVersion}`,
    );
    return { greeting: `Hello, ${name}!` };
  },
});
