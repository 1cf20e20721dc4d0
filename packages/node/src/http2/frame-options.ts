import {
  type AttackBudgets,
  type BudgetSize,
  type ConnectionOptions,
  defaultBudgets,
} from "@bowline/http2";
import { RpcError } from "@bowline/rpc";
import { checkOptionNames, quote } from "@bowline/rpc/internal";

/** What peers may do on HTTP/2 before their connection ends with ENHANCE_YOUR_CALM. */
export interface FrameOptions {
  /**
   * How often a peer may do what costs this side more than that one: `burst` times at once, and `perSecond` times again and
   * again. Each has a default that clients and proxies in wide use stay far below; `Infinity` switches one off.
   */
  readonly budgets?: { readonly [K in keyof AttackBudgets]?: BudgetSize };
  /** CONTINUATION frames of one header block. Default 16. */
  readonly continuations?: number;
}

const names: ReadonlySet<string> = new Set<keyof FrameOptions>(["budgets", "continuations"]);
const budgetNames: ReadonlySet<string> = new Set(Object.keys(defaultBudgets));

/**
 * Checks the options, as the engine takes them.
 * @throws RpcError `invalid_argument` for a value that is no number of 0 or more.
 * @throws TypeError for an option that does not exist.
 */
export function frameOptions(options: FrameOptions = {}): Partial<ConnectionOptions> {
  checkOptionNames("http2", options, names);
  const { budgets = {}, continuations } = options;
  checkOptionNames("http2.budgets", budgets, budgetNames);
  for (const [name, size] of Object.entries(budgets)) {
    check(`http2.budgets.${name}.burst`, size?.burst);
    check(`http2.budgets.${name}.perSecond`, size?.perSecond);
  }
  if (continuations !== undefined) check("http2.continuations", continuations);
  return {
    budgets: { ...defaultBudgets, ...budgets },
    ...(continuations === undefined ? {} : { continuations }),
  };
}

function check(name: string, value: unknown): void {
  if (typeof value === "number" && value >= 0) return;
  throw new RpcError(
    "invalid_argument",
    `${name} must be a number, 0 or more; it is ${quote(value)}`,
    { reason: "BOWLINE_OPTION" },
  );
}
