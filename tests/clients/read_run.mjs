// Calls an agent and reads its run with eventsource-parser, on connections that are cut again and
// again: `node read_run.mjs APP TOKEN EVENTS_A_CONNECTION BODY` prints what it has read as JSON.
import { createParser } from "./eventsource-parser/index.js";

const [app, token, share, body] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
const read = [];
let runId = null;
let connections = 0;

const isOver = () => ["done", "error"].includes(read.at(-1)?.event);

async function take(url, init) {
  const cut = new AbortController();
  const response = await fetch(url, { ...init, signal: cut.signal });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  runId = response.headers.get("x-run-id");
  connections += 1;
  const mine = [];
  const parser = createParser({
    onEvent: (event) => mine.push(event),
    onError: (error) => {
      throw error;
    },
  });
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    parser.feed(chunk);
    if (mine.length >= Number(share)) break;
  }
  cut.abort();
  read.push(...mine.slice(0, Number(share)));
}

await take(`${app}/api/chat`, {
  method: "POST",
  headers: { ...headers, "Content-Type": "application/vnd.agent+json" },
  body,
});
while (!isOver()) {
  await take(`${app}/api/runs/${runId}/events`, {
    headers: { ...headers, "Last-Event-ID": read.at(-1).id },
  });
}
console.log(JSON.stringify({ runId, connections, events: read }));
