import type { HeaderFields } from "../metadata.js";
import type { Method } from "../service-type.js";
import type { RequestHead } from "../transport/client-stream.js";
import type { CallSettings } from "./call-settings.js";
import { withMetadata } from "./request-fields.js";
import { CallHead, noFields } from "./request-head.js";

/** How a protocol makes the head of a request. */
export interface HeadForm {
  /** The fields of every request with these settings. */
  fields(settings: CallSettings): HeaderFields;
  readonly timeoutField: string;
  /** Writes a timeout in milliseconds. */
  formatTimeout(remainingMs: number): string;
  readonly requiresHttp2: boolean;
}

/** The heads of a channel's requests: those of calls without options are made once for each method. */
export class RequestHeads {
  readonly #form: HeadForm;
  readonly #settings: CallSettings;
  readonly #shared: HeaderFields;
  readonly #usual = new Map<Method, RequestHead>();

  /** @param settings the channel's. */
  constructor(form: HeadForm, settings: CallSettings) {
    this.#form = form;
    this.#settings = settings;
    this.#shared = form.fields(settings);
  }

  of(method: Method, settings: CallSettings): RequestHead {
    if (settings !== this.#settings) return this.#make(method, settings);
    let head = this.#usual.get(method);
    if (head === undefined) {
      head = this.#make(method, settings);
      this.#usual.set(method, head);
    }
    return head;
  }

  #make(method: Method, settings: CallSettings): CallHead {
    const { timeoutMs, headers, send, accept } = settings;
    const form = this.#form;
    const isWhole = method.kind === "unary" || method.kind === "server_streaming";
    const timeout =
      timeoutMs === undefined ? noFields : [form.timeoutField, form.formatTimeout(timeoutMs)];
    const isUsual = send === this.#settings.send && accept === this.#settings.accept;
    if (isUsual && headers?.has("user-agent") !== true) {
      const own = withMetadata(timeout, headers);
      return new CallHead(method.path, this.#shared, own, isWhole, form.requiresHttp2);
    }
    const own = withMetadata([...form.fields(settings), ...timeout], headers);
    return new CallHead(method.path, undefined, own, isWhole, form.requiresHttp2);
  }
}
