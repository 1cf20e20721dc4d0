import type { DescMethod, DescService, MessageType } from "@bowline/protobuf";
import type { FileHandle } from "@bowline/protobuf/codegen/v1";

/** Whether a method may be called again, or cached: the option `idempotency_level`. */
export type Idempotency = "unknown" | "no_side_effects" | "idempotent";

/** What the four kinds of methods have in common. */
interface MethodOf<K extends string, I extends MessageType, O extends MessageType> {
  readonly kind: K;
  /** The name in the schema, `Greet`. */
  readonly name: string;
  /** The name in clients and handlers, `greet`. */
  readonly localName: string;
  readonly input: I;
  readonly output: O;
  readonly idempotency: Idempotency;
  readonly service: ServiceType;
  /** The path in URLs: `/greet.v1.GreetService/Greet`. */
  readonly path: string;
  /** The descriptor: options and comments. Built on first use. */
  readonly desc: DescMethod;
}

/** One request, one response. */
export interface UnaryMethod<
  I extends MessageType = MessageType,
  O extends MessageType = MessageType,
> extends MethodOf<"unary", I, O> {}

/** One request, a stream of responses. */
export interface ServerStreamingMethod<
  I extends MessageType = MessageType,
  O extends MessageType = MessageType,
> extends MethodOf<"server_streaming", I, O> {}

/** A stream of requests, one response. */
export interface ClientStreamingMethod<
  I extends MessageType = MessageType,
  O extends MessageType = MessageType,
> extends MethodOf<"client_streaming", I, O> {}

/** Two streams. */
export interface BidiMethod<
  I extends MessageType = MessageType,
  O extends MessageType = MessageType,
> extends MethodOf<"bidi", I, O> {}

/** A method of a service, of any kind. */
export type Method = UnaryMethod | ServerStreamingMethod | ClientStreamingMethod | BidiMethod;

/** Methods by their name in clients and handlers. */
export type MethodTable = { readonly [localName: string]: Method };

/** A generated service: what `implement` and `createClient` take. */
export interface ServiceType<M extends MethodTable = MethodTable> {
  /** Fully qualified name, `greet.v1.GreetService`. */
  readonly typeName: string;
  readonly methods: M;
  /** The descriptor. Built on first use. */
  readonly desc: DescService;
}

/** What generated code says of a method. */
export type MethodShape<M extends Method = Method> = Pick<
  M,
  "kind" | "name" | "input" | "output" | "idempotency"
>;

class GeneratedService implements ServiceType {
  readonly typeName: string;
  readonly methods: MethodTable;
  readonly #file: FileHandle;
  readonly #index: number;

  constructor(file: FileHandle, index: number, typeName: string, shapes: ShapeTable) {
    this.#file = file;
    this.#index = index;
    this.typeName = typeName;
    const methods = Object.entries(shapes).map(
      ([localName, shape]) => [localName, new GeneratedMethod(this, localName, shape)] as const,
    );
    this.methods = Object.fromEntries(methods) as MethodTable;
  }

  get desc(): DescService {
    const desc = this.#file.desc.services[this.#index];
    if (desc?.typeName === this.typeName) return desc;
    throw new Error(`the descriptor of ${this.#file.desc.name} has no ${this.typeName}`);
  }
}

class GeneratedMethod {
  readonly kind: Method["kind"];
  readonly name: string;
  readonly localName: string;
  readonly input: MessageType;
  readonly output: MessageType;
  readonly idempotency: Idempotency;
  readonly path: string;
  readonly service: ServiceType;

  constructor(service: ServiceType, localName: string, shape: MethodShape) {
    this.kind = shape.kind;
    this.name = shape.name;
    this.localName = localName;
    this.input = shape.input;
    this.output = shape.output;
    this.idempotency = shape.idempotency;
    this.service = service;
    this.path = `/${service.typeName}/${shape.name}`;
  }

  get desc(): DescMethod {
    const desc = this.service.desc.methods.find((each) => each.name === this.name);
    if (desc !== undefined) return desc;
    throw new Error(`the descriptor of ${this.service.typeName} has no method ${this.name}`);
  }
}

type ShapeTable = { readonly [localName: string]: MethodShape };

/** Makes a service of what generated code says. `index`: its place among the services of the file. */
export function serviceType<M extends MethodTable>(
  file: FileHandle,
  index: number,
  typeName: string,
  shapes: { readonly [K in keyof NoInfer<M>]: MethodShape<NoInfer<M>[K]> },
): ServiceType<M> {
  return new GeneratedService(file, index, typeName, shapes) as ServiceType as ServiceType<M>;
}
