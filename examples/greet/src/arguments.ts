/** What the demo is asked to do. */
export type Arguments =
  | { readonly action: "run"; readonly once: boolean; readonly port: number }
  | { readonly action: "help" }
  | { readonly action: "refuse"; readonly message: string };

/** The answer to `--help`. */
export const usage = `npm start [-- --once | --help]

Starts the greet service, calls it from its generated client and shows each exchange.

  --once   exit when the calls are done, instead of serving until Ctrl-C
  --help   show this

  PORT     environment variable: the port to serve on, default 8080;
           if it is taken, another free one; 0 takes any
`;

/** Reads the command line and `PORT`. */
export function readArguments(args: readonly string[], port: string | undefined): Arguments {
  if (args.includes("--help") || args.includes("-h")) return { action: "help" };
  const stranger = args.find((each) => each !== "--once");
  if (stranger !== undefined) {
    return refuse(`unknown argument ${JSON.stringify(stranger)}; there are --once and --help`);
  }
  const number = port === undefined || port === "" ? 8080 : Number(port);
  if (!/^\d*$/.test(port ?? "") || number > 65_535) {
    return refuse(`PORT must be a number from 0 to 65535; it is ${JSON.stringify(port)}`);
  }
  return { action: "run", once: args.includes("--once"), port: number };
}

function refuse(message: string): Arguments {
  return { action: "refuse", message };
}
