import { ApprovalView } from '@eira/agents-client';
import { Approval } from '../chat/turn';

/** An approval as the event told it that asked for it. */
export function askedFor(view: ApprovalView): Approval {
  const { runId, approvalId, tool, args, confirmation, payloadHash, expiresAt, label, labels } =
    view;
  const shown = { args, confirmation, label, labels };
  return { type: 'approval', runId, approvalId, tool, payloadHash, expiresAt, ...shown };
}
