/** What is asked and what has to be answered, as bytes that our generated code wrote. */
import { workloads } from "../protobuf/datasets.mjs";
import { createRandom } from "../protobuf/random.mjs";
import { loadGenerated, prepare } from "./bowline/prepare.mjs";
import { downloadText, summarise } from "./handlers.mjs";
import { redisEntry } from "./redis.mjs";

const servicePath = "/bowline.bench.rpc.BenchService";

/** How many messages a download has. */
export const downloadCount = 100;

const payloadBytes = 64 * 1024;

const kib = 1024;
/** The sizes of an echoed payload where the cost by size is what is asked. */
export const payloadSizes = [16, 256, 4 * kib, 64 * kib, kib * kib].map((bytes) => {
  const label = bytes < kib ? `${bytes} B` : bytes < kib * kib ? `${bytes / kib} KiB` : "1 MiB";
  return { bytes, label, method: `EchoPayload${bytes}` };
});

/** By method: path, request, and the messages of the response, one unless the method streams. */
export async function createMessages() {
  prepare();
  const gen = await loadGenerated();
  const firstOf = (name) => workloads.find((each) => each.name === name).values()[0];
  const small = gen.SmallRequest.encode(gen.SmallRequest.create(firstOf("b")));
  const payloadOf = (bytes) => gen.Payload.encode({ data: createRandom(7).bytes(bytes) });
  const payload = payloadOf(payloadBytes);
  const batch = gen.LogBatch.create(firstOf("a"));
  const { key, value } = redisEntry;
  const download = Array.from({ length: downloadCount }, (_, i) =>
    gen.DownloadResponse.encode({ index: i + 1, text: downloadText }),
  );
  const unary = (request, response) => ({ request, responses: [response], streaming: false });
  const methods = {
    Echo: unary(small, small),
    EchoPayload: unary(payload, payload),
    Ingest: unary(gen.LogBatch.encode(batch), gen.IngestResponse.encode(summarise(batch))),
    Lookup: unary(gen.LookupRequest.encode({ key }), gen.LookupResponse.encode({ value })),
    Download: {
      request: gen.DownloadRequest.encode({ count: downloadCount }),
      responses: download,
      streaming: true,
    },
  };
  for (const [name, method] of Object.entries(methods)) method.path = `${servicePath}/${name}`;
  for (const { bytes, method } of payloadSizes) {
    const sized = payloadOf(bytes);
    methods[method] = { ...unary(sized, sized), path: methods.EchoPayload.path, sized: true };
  }
  return methods;
}
