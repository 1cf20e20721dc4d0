/** The calls of the soak: of each kind, with messages of all sizes, some of them given up, and each answer looked at. */
import { RpcError } from "@bowline/rpc";
import { order } from "./service.mjs";

const bytes = new Uint8Array(1_000_000).map((_, i) => (i * 2_654_435_761) >>> (i % 24));

/** Mostly small, some of a few packets, a few of up to a megabyte. */
function payload(random) {
  const most = random.pick([
    0,
    20,
    20,
    200,
    200,
    2_000,
    20_000,
    random.once(8) ? 1_000_000 : 60_000,
  ]);
  const length = random.below(most + 1);
  const start = random.below(bytes.length - length);
  return bytes.subarray(start, start + length);
}

class WrongAnswer extends Error {}

function check(id, index, value, answer) {
  if (answer.typeUrl !== `${id}/${index}`)
    throw new WrongAnswer(`call ${id}: message ${index} is ${JSON.stringify(answer.typeUrl)}`);
  if (Buffer.compare(answer.value, value) !== 0)
    throw new WrongAnswer(`call ${id}: message ${index} came back different`);
}

const kinds = {
  async echo({ client, id, value, request, options }) {
    check(id, 0, value, await client.echo(request(0), options));
    return 1;
  },
  async watch({ client, id, value, count, request, options, tally }, random) {
    const leaveAt = random.once(6) ? random.below(count) : -1;
    let index = 0;
    for await (const answer of client.watch(request(count), options)) {
      if (index === leaveAt) {
        tally("leave");
        return undefined;
      }
      check(id, index++, value, answer);
    }
    if (index !== count) throw new WrongAnswer(`call ${id}: ${index} of ${count} messages`);
    return count;
  },
  async collect({ client, id, value, count, request, options }) {
    const requests = Array.from({ length: count }, () => request(count));
    const { typeUrl } = await client.collect(requests, options);
    if (typeUrl !== `${id}/${count}/${count * value.length}`)
      throw new WrongAnswer(`call ${id}: answered ${JSON.stringify(typeUrl)}`);
    return count;
  },
  async chat({ client, id, value, count, request, options, isHalfDuplex }) {
    const call = client.chat(undefined, options);
    const answers = call[Symbol.asyncIterator]();
    const take = async (index) => {
      const { done, value: answer } = await answers.next();
      if (done) throw new WrongAnswer(`call ${id}: ${index} of ${count} messages`);
      check(id, index, value, answer);
    };
    for (let index = 0; index < count; index++) {
      await call.send(request(count));
      if (!isHalfDuplex) await take(index);
    }
    call.closeSend();
    if (isHalfDuplex) for (let index = 0; index < count; index++) await take(index);
    if (!(await answers.next()).done)
      throw new WrongAnswer(`call ${id}: more than ${count} messages`);
    return count;
  },
};

/** How calls may fail when connections break; anything else is a fault. */
const excused = new Set(["unavailable", "canceled", "deadline_exceeded"]);

/**
 * Makes one call, and enters what came of it.
 * @returns {Promise<RpcError | undefined>} how it failed, where that is to be expected
 */
export async function makeCall({ client, isHalfDuplex, claims, tally }, random) {
  const kind = random.pick(Object.keys(kinds));
  const id = claims.begin();
  const whole = payload(random);
  // Over HTTP/1.1 nobody reads answers while requests are sent: they have to fit into what waits.
  const value = kind === "chat" && isHalfDuplex ? whole.subarray(0, 1_000) : whole;
  const count = value.length > 10_000 ? 1 + random.below(3) : 1 + random.below(20);
  const controller = new AbortController();
  const options = { signal: controller.signal };
  const way = { delayMs: random.once(50) ? random.below(20) : 0 };
  const what = random.below(60);
  if (what === 0) {
    // The handler takes longer than the caller waits.
    Object.assign(way, { delayMs: 1_000 });
    Object.assign(options, { timeoutMs: 1 + random.below(40) });
    tally("deadline");
  } else if (what === 1) {
    Object.assign(way, { delayMs: 1_000 });
    setTimeout(() => controller.abort(), random.below(20));
    tally("cancel");
  } else if (what === 2) {
    Object.assign(way, { fails: true });
    tally("error of the handler");
  } else if (what < 20) Object.assign(options, { timeoutMs: 30_000 });
  const request = (n) => ({ typeUrl: order({ id, count: n, ...way }), value });
  try {
    const call = { client, id, value, count, request, options, isHalfDuplex, tally };
    const messages = await kinds[kind](call, random);
    if (messages === undefined) claims.failed(id);
    else claims.acknowledged(id, messages);
    tally(`call: ${messages === undefined ? "left" : `${kind} ok`}`);
    if (what < 3 && messages !== undefined) throw new WrongAnswer(`call ${id} had to fail`);
    return undefined;
  } catch (error) {
    claims.failed(id);
    const isExpected =
      RpcError.is(error) &&
      (excused.has(error.code) || (what === 2 && error.code === "failed_precondition"));
    if (!isExpected) throw new Error(`${kind} ${id} failed`, { cause: error });
    tally(`call: ${error.code}`);
    return error;
  }
}
