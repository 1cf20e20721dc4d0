import { readArguments, usage } from "./arguments.js";
import { commandLines, startDemo } from "./demo.js";

const say = (line: string) => console.log(line);

/** Runs the demo as the command line says; returns the exit code. */
async function main(): Promise<number> {
  const asked = readArguments(process.argv.slice(2), process.env.PORT);
  if (asked.action === "help") {
    process.stdout.write(usage);
    return 0;
  }
  if (asked.action === "refuse") {
    console.error(asked.message);
    return 2;
  }
  const interrupted = nextSignal();
  const server = await startDemo(asked.port, say);
  if (!asked.once) {
    say("\nTry it from another terminal:\n");
    for (const line of commandLines(server.url)) say(`  ${line}`);
    say("\nCtrl-C ends it.");
    await interrupted;
  }
  await server.stop({ graceMs: 2_000 });
  say(asked.once ? "\nDone." : "\nGoodbye.");
  return 0;
}

/** Ctrl-C or a request to end. The listeners stay: a second signal, as a shell or npm may send it, does no harm. */
function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
