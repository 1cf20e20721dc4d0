const { Deno: deno, navigator: agent } = globalThis as {
  readonly Deno?: unknown;
  readonly navigator?: { readonly userAgent?: string };
};

/** Workers, and workerd, which runs them. */
export const isWorkers: boolean = agent?.userAgent === "Cloudflare-Workers";

export const isDeno: boolean = deno !== undefined;
