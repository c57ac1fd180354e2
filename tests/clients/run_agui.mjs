// Runs an agent with AG-UI's own client, once for each message, in one conversation:
// `node run_agui.mjs APP TOKEN FORWARDED_PROPS MESSAGE…` prints what the client has seen as JSON.
import { HttpAgent } from "./ag-ui/client.mjs";

const [app, token, props, ...said] = process.argv.slice(2);
const agent = new HttpAgent({
  url: `${app}/api/agui`,
  headers: { Authorization: `Bearer ${token}` },
});
const events = [];
const failed = [];
for (const [place, content] of said.entries()) {
  agent.addMessage({ id: `said-${place}`, role: "user", content });
  await agent
    .runAgent(
      { runId: `run-${place}`, forwardedProps: JSON.parse(props) },
      { onEvent: ({ event }) => void events.push(event) },
    )
    .catch((error) => failed.push(error.message));
}
console.log(JSON.stringify({ threadId: agent.threadId, events, failed, messages: agent.messages }));
