import { RpcError } from "@bowline/rpc";
import { checkOptionNames, quote } from "@bowline/rpc/internal";

/**
 * The one option of a compression: how hard it tries.
 * @throws RpcError `invalid_argument` for a level that there is not.
 * @throws TypeError for an option that there is not.
 */
export function checkLevel<Name extends string>(
  of: string,
  options: { readonly [name in Name]?: number },
  name: Name,
  range: { readonly min: number; readonly max: number; readonly default: number },
): number {
  checkOptionNames(of, options, new Set([name]));
  const level = options[name] ?? range.default;
  if (Number.isInteger(level) && level >= range.min && level <= range.max) return level;
  throw new RpcError(
    "invalid_argument",
    `${name} of ${of} must be a whole number from ${range.min} to ${range.max}; it is ${quote(level)}`,
    { reason: "BOWLINE_OPTION" },
  );
}
