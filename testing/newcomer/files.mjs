/** What the newcomer writes. */

const schema = {
  "proto/greet/v1/greet.proto": `edition = "2023";
package greet.v1;
service GreetService { rpc Greet(GreetRequest) returns (GreetResponse); }
message GreetRequest { string name = 1; }
message GreetResponse { string greeting = 1; }
`,
  "bowline.yaml": "version: v1\ninputs: [proto]\nout: gen\n",
};

/** @param {number} port @param {number} pagePort */
const express = (port, pagePort) => ({
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      module: "nodenext",
      target: "es2022",
      strict: true,
      types: ["node"],
      rootDir: ".",
      outDir: "out",
    },
  }),
  "server.ts": `import { expressMiddleware } from "@bowline/node/express";
import { implement } from "@bowline/rpc";
import express from "express";
import { GreetService } from "./gen/greet/v1/greet.pb.js";
const greeter = implement(GreetService, { greet: ({ name }) => ({ greeting: \`Hello, \${name}!\` }) });
const app = express();
app.use(expressMiddleware([greeter], { cors: { origins: ["http://localhost:${pagePort}"] } }));
app.get("/health", (_request, response) => void response.send("fine"));
app.listen(${port});
`,
  "client.ts": `import { createChannel } from "@bowline/node";
import { createClient } from "@bowline/rpc";
import { GreetService } from "./gen/greet/v1/greet.pb.js";
const greet = createClient(GreetService, createChannel("http://localhost:${port}"));
console.log((await greet.greet({ name: "Lin" })).greeting);
`,
});

/** @param {number} port */
const page = (port) => ({
  "index.html":
    '<!doctype html><html lang="en"><body><p></p><script type="module" src="/page.ts"></script></body></html>\n',
  "page.ts": `import { createClient } from "@bowline/rpc";
import { createFetchChannel } from "@bowline/web";
import { GreetService } from "./gen/greet/v1/greet.pb.js";
const greet = createClient(GreetService, createFetchChannel("http://localhost:${port}"));
document.querySelector("p")!.textContent = (await greet.greet({ name: "Ada" })).greeting;
`,
});

export const files = { schema, express, page };
