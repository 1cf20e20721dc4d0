import type { DescMethod, DescService, MessageType } from "@bowline/protobuf";
import type { FileHandle } from "@bowline/protobuf/codegen/v1";
import type { DynamicInit, DynamicMessage, Registry } from "@bowline/protobuf/reflect";
import {
  type BidiMethod,
  type ClientStreamingMethod,
  type Method,
  type MethodShape,
  type ServerStreamingMethod,
  type ServiceType,
  serviceType,
  type UnaryMethod,
} from "./service-type.js";

type DynamicType = MessageType<DynamicMessage, DynamicInit>;

/** A method of a service that is known at run time only; which kind it is, `kind` says. */
export type DynamicMethod =
  | UnaryMethod<DynamicType, DynamicType>
  | ServerStreamingMethod<DynamicType, DynamicType>
  | ClientStreamingMethod<DynamicType, DynamicType>
  | BidiMethod<DynamicType, DynamicType>;

/** A service that is known at run time only. Methods by their name in clients and handlers. */
export type DynamicService = ServiceType<{ readonly [localName: string]: DynamicMethod }>;

/**
 * Makes a service of a descriptor that no code was generated for, for proxies and tools: `createClient` and `implement`
 * take it as they take a generated one. `types` has the types of its messages; the registry that the descriptor comes
 * from has them all:
 *
 * ```ts
 * const registry = createRegistry(set);
 * const service = dynamicService(registry.service("greet.v1.GreetService")!, registry);
 * ```
 * @throws TypeError if `types` lacks a message type, or if two methods have one name in clients and handlers.
 */
export function dynamicService(desc: DescService, types: Registry): DynamicService {
  const shapes = new Map<string, MethodShape>();
  for (const method of desc.methods) {
    const { name, localName, idempotency } = method;
    const other = shapes.get(localName);
    if (other !== undefined) {
      throw new TypeError(
        `${desc.typeName} has the methods ${other.name} and ${name}, which are both named ${localName} in clients and handlers`,
      );
    }
    shapes.set(localName, {
      kind: kindOf(method),
      name,
      idempotency,
      input: typeOf(method, method.input.typeName, types),
      output: typeOf(method, method.output.typeName, types),
    } as MethodShape);
  }
  const { file } = desc;
  const handle = { desc: file } as FileHandle;
  const index = file.services.indexOf(desc);
  return serviceType(handle, index, desc.typeName, Object.fromEntries(shapes)) as DynamicService;
}

/**
 * The methods of one kind alone. Clients and handlers then have the types of that kind, which compilers cannot know of a
 * method that may be of any:
 *
 * ```ts
 * const client = createClient(methodsOfKind(service, "unary"), channel);
 * const { greeting } = await client[name]!({ name: "Ada" });
 * ```
 */
export function methodsOfKind<K extends Method["kind"]>(
  service: DynamicService,
  kind: K,
): ServiceType<{ readonly [localName: string]: Extract<DynamicMethod, { kind: K }> }> {
  const { typeName, desc } = service;
  const chosen = Object.entries(service.methods).filter(([, method]) => method.kind === kind);
  const methods = Object.fromEntries(chosen) as {
    [localName: string]: Extract<DynamicMethod, { kind: K }>;
  };
  return { typeName, desc, methods };
}

function kindOf({ clientStreaming, serverStreaming }: DescMethod): Method["kind"] {
  if (clientStreaming) return serverStreaming ? "bidi" : "client_streaming";
  return serverStreaming ? "server_streaming" : "unary";
}

function typeOf({ name, parent }: DescMethod, typeName: string, types: Registry): MessageType {
  const type = types.message(typeName);
  if (type !== undefined) return type;
  throw new TypeError(
    `the registry has no type ${typeName}, which ${parent.typeName}.${name} needs; pass the registry that the service comes from`,
  );
}
