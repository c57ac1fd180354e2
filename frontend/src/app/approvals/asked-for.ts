import { ApprovalView } from '@eira/agents-client';
import { Approval } from '../chat/turn';

/** An approval as the event told it that asked for it. */
export function askedFor(view: ApprovalView): Approval {
  const { approvalId, tool, args, confirmation, payloadHash, expiresAt, label, labels } = view;
  const shown = { args, confirmation, label, labels, agentRunId: view.runId };
  return { type: 'approval', approvalId, tool, payloadHash, expiresAt, ...shown };
}
