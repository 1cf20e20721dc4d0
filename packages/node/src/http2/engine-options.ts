import { engineName, type Http2Engine } from "./engine.js";

/** What has been said already. */
const said = new Set<string>();

/**
 * Warns, once, of options that do nothing because another engine speaks HTTP/2 than the one that has them. It is no error:
 * whoever switches engines by the environment wants to go on.
 * @param of whose options they are: `serve`. @param names those of the options that only Bowline's engine has.
 */
export function warnOfEngineOptions(
  of: string,
  options: object,
  names: readonly string[],
  engine: Http2Engine,
): void {
  if (engine === "bowline") return;
  const given = new Map<string, unknown>(Object.entries(options));
  const idle = names.filter((name) => given.get(name) !== undefined);
  if (idle.length === 0) return;
  const what = idle.join(", ");
  const message = `${of}: ${what} has no effect, because BOWLINE_HTTP2=node makes ${engineName(engine)} speak HTTP/2. Unset BOWLINE_HTTP2, or leave ${what} out`;
  if (said.has(message)) return;
  said.add(message);
  process.emitWarning(message, "BowlineWarning");
}
