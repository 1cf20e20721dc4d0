import type { InitOf, MessageOf } from "@bowline/protobuf";
import {
  type HandlerCall,
  type Implementation,
  implement,
  type Method,
  type MethodTable,
  RpcError,
  type ServerStreamingMethod,
  type ServiceType,
  type UnaryMethod,
} from "@bowline/rpc";
import { createFetchHandler, type FetchHandler } from "../server/handler.js";
import { answerQuestion, permit } from "./permission.js";

/** What answers a method: the answer, an `RpcError` that it fails with, or a handler. */
export type MockAnswer<M extends Method> =
  M extends UnaryMethod<infer I, infer O>
    ? Answer<MessageOf<I>, InitOf<O>, InitOf<O> | Promise<InitOf<O>>>
    : M extends ServerStreamingMethod<infer I, infer O>
      ? Answer<MessageOf<I>, readonly InitOf<O>[], Iterable<InitOf<O>> | AsyncIterable<InitOf<O>>>
      : never;

type Answer<I, T, R> = T | RpcError | ((request: I, call: HandlerCall) => R);

/** Answers by the names of methods; of those that take one request. */
export type MockAnswers<M extends MethodTable> = {
  readonly [K in keyof M as M[K] extends UnaryMethod | ServerStreamingMethod
    ? K
    : never]?: MockAnswer<M[K]>;
};

/** Services that are answered by a test. */
export interface MockRouter {
  /**
   * Says what methods of a service are answered with, from now on; answers given before to others stay. A method without
   * an answer fails with `unimplemented`.
   */
  answer<M extends MethodTable>(service: ServiceType<M>, answers: MockAnswers<M>): this;
  /** The requests that came for a method, the oldest first. */
  requests<M extends Method>(method: M): MessageOf<M["input"]>[];
  /** Forgets answers and requests. */
  reset(): void;
  /**
   * Answers a request for a service of the mock, below whatever path; `undefined` for others, whose body is not read.
   * Pages of every origin may call, as they could if the server allowed them.
   */
  handle(request: Request): Promise<Response | undefined>;
  /** In place of `fetch`, as an option of `createFetchChannel`. Rejects for what {@link MockRouter.handle} does not answer. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /**
   * Stands in for `globalThis.fetch` until it is disposed of (`using`), or `restore` is called. Other requests go where
   * they went before.
   */
  install(): Disposable & { restore(): void };
}

/**
 * Makes a router that a test answers with, in place of a server:
 *
 * ```ts
 * const mock = createMockRouter().answer(GreetService, { greet: { greeting: "Hello!" } });
 * await page.route("**", playwrightRoute(mock));
 * ```
 * Requests go through all that a server does with them, in Connect and gRPC-Web, binary and JSON: a page is answered what
 * it would be answered on the wire.
 */
export function createMockRouter(): MockRouter {
  return new AnsweringRouter();
}

type AnyAnswer = unknown;

/** Those who intercept requests hand answers to pages as they are: nobody might decompress them. */
const never = Number.MAX_SAFE_INTEGER;

class AnsweringRouter implements MockRouter {
  readonly #services = new Map<string, { service: ServiceType; answers: Map<string, AnyAnswer> }>();
  readonly #requests = new Map<string, unknown[]>();
  /** By the path that services are below of. */
  readonly #handlers = new Map<string, FetchHandler>();

  answer<M extends MethodTable>(service: ServiceType<M>, answers: MockAnswers<M>): this {
    const known = this.#services.get(service.typeName)?.answers ?? new Map<string, AnyAnswer>();
    for (const [name, answer] of Object.entries(answers)) known.set(name, answer);
    const mocked = { service, answers: known };
    // Refuses names that are no methods, here rather than with the first request.
    this.#implement(mocked);
    this.#services.set(service.typeName, mocked);
    this.#handlers.clear();
    return this;
  }

  requests<M extends Method>(method: M): MessageOf<M["input"]>[] {
    return [...(this.#requests.get(method.path) ?? [])] as MessageOf<M["input"]>[];
  }

  reset(): void {
    this.#services.clear();
    this.#requests.clear();
    this.#handlers.clear();
  }

  async handle(request: Request): Promise<Response | undefined> {
    const { pathname } = new URL(request.url);
    const [, prefix, service] = /^(.*)\/([^/]+)\/[^/]+$/.exec(pathname) ?? [];
    if (prefix === undefined || service === undefined || !this.#services.has(service)) {
      return undefined;
    }
    const question = answerQuestion(request);
    if (question !== undefined) return question;
    return permit(request, await this.#handlerBelow(prefix)(request));
  }

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const response = await this.handle(request);
    if (response !== undefined) return response;
    throw new TypeError(
      `the mock answers ${[...this.#services.keys()].join(", ") || "nothing"}, and not ${request.url}`,
    );
  };

  install(): Disposable & { restore(): void } {
    const before = globalThis.fetch;
    const instead: typeof fetch = async (input, init) => {
      const request = new Request(input, init);
      return (await this.handle(request)) ?? before(request);
    };
    globalThis.fetch = instead;
    const restore = () => {
      if (globalThis.fetch === instead) globalThis.fetch = before;
    };
    return { restore, [Symbol.dispose]: restore };
  }

  #handlerBelow(prefix: string): FetchHandler {
    let handler = this.#handlers.get(prefix);
    if (handler === undefined) {
      const services = [...this.#services.values()].map((each) => this.#implement(each));
      handler = createFetchHandler(services, { prefix, compression: { minBytes: never } });
      this.#handlers.set(prefix, handler);
    }
    return handler;
  }

  #implement({
    service,
    answers,
  }: {
    service: ServiceType;
    answers: Map<string, AnyAnswer>;
  }): Implementation {
    const handlers: [string, unknown][] = [];
    for (const [name, answer] of answers) {
      if (answer === undefined) continue;
      const path = service.methods[name]?.path ?? "";
      handlers.push([
        name,
        (request: unknown, call: HandlerCall) => {
          const seen = this.#requests.get(path);
          if (seen === undefined) this.#requests.set(path, [request]);
          else seen.push(request);
          if (RpcError.is(answer)) throw answer;
          return typeof answer === "function" ? answer(request, call) : answer;
        },
      ]);
    }
    return implement(service, Object.fromEntries(handlers) as never);
  }
}
