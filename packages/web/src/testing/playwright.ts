import type { MockRouter } from "./mock-router.js";

/** A route of Playwright, as far as it is used. */
export interface PlaywrightRoute {
  request(): {
    url(): string;
    method(): string;
    allHeaders(): Promise<Record<string, string>>;
    postDataBuffer(): Uint8Array | null;
  };
  // biome-ignore lint/suspicious/noExplicitAny: Playwright's own type is in terms of Node's `Buffer`.
  fulfill(response: any): Promise<void>;
  fallback(): Promise<void>;
}

/**
 * Answers what a page calls, in a test with Playwright: `await page.route("**", playwrightRoute(mock))`. Requests for
 * other things go on to other routes, and the network. A stream reaches the page when it has ended: Playwright gives
 * responses out whole.
 */
export function playwrightRoute(
  mock: Pick<MockRouter, "handle">,
): (route: PlaywrightRoute) => Promise<void> {
  return async (route) => {
    const asked = route.request();
    const method = asked.method();
    const body = asked.postDataBuffer();
    const request = new Request(asked.url(), {
      method,
      headers: requestHeaders(await asked.allHeaders()),
      ...(body === null ? {} : { body: body as Uint8Array<ArrayBuffer> }),
    });
    const response = await mock.handle(request);
    if (response === undefined) return route.fallback();
    const bytes = new Uint8Array(await response.arrayBuffer());
    const headers = Object.fromEntries(response.headers);
    await route.fulfill({ status: response.status, headers, body: toBuffer(bytes) });
  };
}

/** Without those of HTTP/2 that are no headers. */
function requestHeaders(headers: Record<string, string>): [string, string][] {
  return Object.entries(headers).filter(([name]) => !name.startsWith(":"));
}

/** Playwright, which runs in Node, tells bytes from text by Node's own type. */
function toBuffer(bytes: Uint8Array): unknown {
  const { Buffer } = globalThis as { Buffer?: { from(bytes: Uint8Array): unknown } };
  return Buffer?.from(bytes) ?? bytes;
}
