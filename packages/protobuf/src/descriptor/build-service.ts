import { type Build, lookup, qualified, type Writable } from "./build.js";
import { methodName } from "./method-name.js";
import type { DescMethod, DescService } from "./model.js";
import type { Raw } from "./raw.js";

/** Builds a service from a `google.protobuf.ServiceDescriptorProto`. */
export function buildService(b: Build, raw: Raw): DescService {
  const name = raw.string(1);
  const options = raw.message(3);
  const service: Writable<DescService> = {
    kind: "service",
    name,
    typeName: qualified(b, { features: [], message: undefined }, name),
    file: b.file,
    methods: [],
    deprecated: options.bool(33),
    optionBytes: raw.bytes(3),
  };
  service.methods = raw.messages(2).map((r): DescMethod => {
    const methodOptions = r.message(4);
    return {
      kind: "method",
      name: r.string(1),
      localName: methodName(r.string(1)),
      parent: service as DescService,
      input: lookup(b.messages, r.string(2), service, b),
      output: lookup(b.messages, r.string(3), service, b),
      clientStreaming: r.bool(5),
      serverStreaming: r.bool(6),
      idempotency:
        (["unknown", "no_side_effects", "idempotent"] as const)[methodOptions.int(34)] ?? "unknown",
      deprecated: methodOptions.bool(33),
      optionBytes: r.bytes(4),
    };
  });
  return service as DescService;
}
