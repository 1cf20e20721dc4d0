import type { InitOf, MessageType } from "@bowline/protobuf";
import type { Method, ServiceType } from "@bowline/rpc";
import { encodeBase64, quote } from "@bowline/rpc/internal";

/**
 * What queries are known by: the scope, the service, the method, the request. A shorter one is a prefix of all that begin
 * with it, as query libraries match them.
 */
export type QueryKey = readonly [
  scope: string,
  service: string,
  method?: string,
  request?: string,
  part?: string,
];

/** Options of {@link queryKey}. */
export interface QueryKeyOptions {
  /** The first member of keys. Default `bowline`; give each its own where several channels reach one service. */
  readonly scope?: string;
}

/**
 * The key of all queries of a service, of a method, or of one request of it. Requests that are equal have equal keys: a
 * message and a literal, whatever the order of its members and map entries, with defaults written out or left out.
 * It is made of texts alone, so that it survives `JSON.stringify`.
 * @throws TypeError for what is neither service nor method; EncodeError for a request that is no message of the method.
 */
export function queryKey(
  target: ServiceType | Method,
  request?: undefined,
  options?: QueryKeyOptions,
): QueryKey;
export function queryKey<I extends MessageType>(
  target: Method & { readonly input: I },
  request: InitOf<I>,
  options?: QueryKeyOptions,
): QueryKey;
export function queryKey(
  target: ServiceType | Method,
  request?: unknown,
  { scope = "bowline" }: QueryKeyOptions = {},
): QueryKey {
  if ("typeName" in target) return [scope, target.typeName];
  if (typeof target?.service?.typeName !== "string") {
    throw new TypeError(
      `queryKey takes a generated service, or a method of its methods; it is ${quote(target)}`,
    );
  }
  const { service, name, input } = target;
  if (request === undefined) return [scope, service.typeName, name];
  return [scope, service.typeName, name, requestForm(input, request)];
}

/** The canonical bytes of a request as text. */
function requestForm(type: MessageType, request: unknown): string {
  return encodeBase64(type.encode(request as never, { deterministic: true }));
}
