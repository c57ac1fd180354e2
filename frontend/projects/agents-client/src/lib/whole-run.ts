import {
  AgentAnswer,
  AgentResponse,
  ChatRequest,
  RunOptions,
  RunView,
  RunWaiting,
  startOf,
} from './models';
import { AgentProblem } from './problems';
import { openOf } from './telling';
import { patiently } from './patiently';
import { Transport, jsonOf, mayBePostedAgain, mayPass } from './transport';
import { wait } from './waiting';

/** The answer of one run as JSON, however long it takes. Raises AgentProblem. */
export async function wholeRun(
  transport: Transport,
  request: ChatRequest,
  options: RunOptions,
): Promise<AgentResponse> {
  const signal = options.signal ?? new AbortController().signal;
  const { path, body } = startOf(request);
  const headers = { 'idempotency-key': options.idempotencyKey ?? crypto.randomUUID() };
  const posted = async (): Promise<AgentResponse | { readonly runId: string }> =>
    jsonOf(await transport.send(path, { method: 'POST', body, headers, signal }));
  const answer = await patiently(posted, mayBePostedAgain, transport, signal);
  return 'usage' in answer || 'approval' in answer
    ? answer
    : looked(transport, answer.runId, signal);
}

/** Of a run that took longer than an answer may. */
async function looked(
  transport: Transport,
  runId: string,
  signal: AbortSignal,
): Promise<AgentResponse> {
  const path = `/runs/${encodeURIComponent(runId)}`;
  for (;;) {
    const read = (): Promise<RunView> => transport.json(path, { signal });
    const run = await patiently(read, mayPass, transport, signal);
    if (run.error)
      throw new AgentProblem(run.error.code, run.error.message, { ...run, ...run.error });
    if (run.endedAt) return answerOf(run);
    const waiting = waitingOf(run);
    if (waiting) return waiting;
    await wait(transport.patience.pollMs, signal);
  }
}

function answerOf(run: RunView): AgentAnswer {
  const { text, citations, usage, conversationId, runId, state, finishReason } = run;
  return {
    text: text ?? '',
    citations,
    usage,
    threadId: conversationId,
    runId,
    state,
    finishReason,
  };
}

function waitingOf(run: RunView): RunWaiting | null {
  const approvals = openOf(run);
  const [approval] = approvals;
  if (approval === undefined) return null;
  return { runId: run.runId, threadId: run.conversationId, approval, approvals: [...approvals] };
}
