import type { MessageType } from "../message/message-type.js";
import type { Registry } from "../registry.js";
import { fail, quoted } from "./failure.js";
import { aside } from "./plan.js";

/** The type that a `google.protobuf.Any` holds. */
export function anyType(
  typeUrl: string,
  registry: Registry | undefined,
  offset?: number,
): MessageType {
  const [, name] =
    /\/([^/]+)$/.exec(typeUrl) ?? fail(`${quoted(typeUrl)} is not a type URL`, offset);
  return (
    aside(() => registry?.message(name!)) ??
    fail(`${name!.slice(0, 200)} is not in options.registry`, offset)
  );
}
