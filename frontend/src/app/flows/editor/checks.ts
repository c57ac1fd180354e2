import { DestroyRef, Injectable, computed, effect, inject, signal } from '@angular/core';
import { AgentProblem, FlowProblem, FlowService } from '@eira/agents-client';
import { LanguageChoice } from '../../core/language';
import { NodeKey, Target, targetOf, write } from '../model/document';
import { pathOf } from '../model/json';
import { withoutSecrets } from '../model/secrets';
import { FlowEditor } from './flow-editor';

const PAUSE_MS = 300;

export interface Problem extends FlowProblem {
  readonly target: Target;
}

/** What is wrong with the open flow, looked at again whenever it has changed. */
@Injectable()
export class FlowChecks {
  private readonly editor = inject(FlowEditor);
  private readonly flows = inject(FlowService);
  private readonly language = inject(LanguageChoice).language;
  private readonly found = signal<readonly Problem[]>([]);
  private pause: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | undefined;

  /** It could not be looked at. */
  readonly failure = signal<AgentProblem | null>(null);
  /** Errors first, in the order of the flow. */
  readonly problems = computed(() => this.found());
  readonly errors = computed(
    () => this.found().filter(({ severity }) => severity === 'error').length,
  );
  readonly worst = computed((): ReadonlyMap<NodeKey, 'error' | 'warning'> => {
    const worst = new Map<NodeKey, 'error' | 'warning'>();
    for (const { target, severity } of this.found()) {
      if (target.node && worst.get(target.node) !== 'error') worst.set(target.node, severity);
    }
    return worst;
  });

  constructor() {
    effect(() => {
      this.editor.document();
      this.language();
      clearTimeout(this.pause);
      this.pause = setTimeout(() => void this.look(), PAUSE_MS);
    });
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(this.pause);
      this.asking?.abort();
    });
  }

  /** Of a node's fields, by their pointers within it. */
  of(key: NodeKey): readonly Problem[] {
    return this.found().filter(({ target }) => target.node === key);
  }

  async look(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const document = this.editor.document();
    try {
      const flow = withoutSecrets(write(document)) as object;
      const { problems } = await this.flows.validate(flow, asking.signal);
      if (asking.signal.aborted || document !== this.editor.document()) return;
      const placed = problems.map((each) => ({
        ...each,
        target: targetOf(document, pathOf(each.pointer)),
      }));
      this.found.set([...placed].sort((one, other) => rankOf(one) - rankOf(other)));
      this.failure.set(null);
    } catch (error) {
      if (asking.signal.aborted) return;
      if (!(error instanceof AgentProblem)) throw error;
      this.failure.set(error);
    }
  }
}

function rankOf({ severity }: FlowProblem): number {
  return severity === 'error' ? 0 : 1;
}
