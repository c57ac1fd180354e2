import { Injectable, computed, inject, signal } from '@angular/core';
import { AgentProblem, FieldProblem } from '@eira/agents-client';
import { FlowDocument, Target, targetOf } from '../model/document';
import { pathOf, pointerOf } from '../model/json';
import { FlowEditor } from './flow-editor';

const NOT_VALID = 400;
/** What requests call the flow that they bring. */
const FLOW = 'flow';

/** A field that the server does not take, and where in the flow it is. */
export interface Refused extends FieldProblem {
  readonly severity: 'error';
  readonly target: Target;
}

/** Which fields the server has not taken when the flow was saved or run: until it is changed. */
@Injectable()
export class Refusals {
  private readonly editor = inject(FlowEditor);
  private readonly taken = signal<{
    readonly seen: FlowDocument;
    readonly fields: readonly Refused[];
  } | null>(null);

  readonly fields = computed((): readonly Refused[] => {
    const taken = this.taken();
    return taken?.seen === this.editor.document() ? taken.fields : [];
  });

  /** `sent`: the flow that was refused. */
  take(sent: FlowDocument, problem: AgentProblem): void {
    this.taken.set({ seen: this.editor.document(), fields: refusedOf(sent, problem) });
  }

  forget(): void {
    this.taken.set(null);
  }
}

/** The fields at fault; none for what was refused as a whole. */
export function refusedOf(
  document: FlowDocument,
  { status, errors }: AgentProblem,
): readonly Refused[] {
  if (status !== NOT_VALID) return [];
  return errors.map(({ pointer, message }) => {
    const path = pathOf(pointer);
    const within = path[0] === FLOW ? path.slice(1) : path;
    const target = targetOf(document, within);
    return { severity: 'error', pointer: pointerOf(within), message, target };
  });
}
