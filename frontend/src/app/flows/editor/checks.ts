import { DestroyRef, Injectable, computed, effect, inject, signal } from '@angular/core';
import { AgentProblem, FlowProblem, FlowService } from '@eira/agents-client';
import { TranslocoService } from '@jsverse/transloco';
import { Language, LanguageChoice } from '../../core/language';
import { FlowDocument, NodeKey, Target, places, targetOf, write } from '../model/document';
import { pathOf, pointerOf } from '../model/json';
import { flawsOf } from '../model/json-reader';
import { withoutSecrets } from '../model/secrets';
import { FlowEditor } from './flow-editor';
import { Refusals, refusedOf } from './refusals';

const PAUSE_MS = 200;
const LONGER_PAUSE_MS = 800;
/** What only the server knows, which knows who asks. */
const OF_SERVER = 'not_allowed';

export interface Problem extends Pick<FlowProblem, 'severity' | 'pointer' | 'message'> {
  readonly target: Target;
}

/**
 * What is wrong with the open flow, looked at again whenever it has changed: by the engine of the
 * page at once, and by the server for what the reader may name.
 */
@Injectable()
export class FlowChecks {
  private readonly editor = inject(FlowEditor);
  private readonly flows = inject(FlowService);
  private readonly transloco = inject(TranslocoService);
  private readonly language = inject(LanguageChoice).language;
  private readonly refusals = inject(Refusals);
  private readonly own = signal<readonly Problem[]>([]);
  private readonly refused = signal<readonly Problem[]>([]);
  private asking: AbortController | undefined;

  /** The server could not be asked. */
  readonly failure = signal<AgentProblem | null>(null);
  /** Errors first, in the order of the flow. */
  readonly problems = computed((): readonly Problem[] => {
    const document = this.editor.document();
    const told = [...this.refused(), ...this.refusals.fields()];
    const refused = told.filter(({ target }) => isThere(document, target));
    const all = toldOnce([...this.own(), ...refused]);
    return [...all.filter(isError), ...all.filter((each) => !isError(each))];
  });
  readonly errors = computed(() => this.problems().filter(isError).length);
  readonly worst = computed((): ReadonlyMap<NodeKey, 'error' | 'warning'> => {
    const worst = new Map<NodeKey, 'error' | 'warning'>();
    for (const { target, severity } of this.problems()) {
      if (target.node && worst.get(target.node) !== 'error') worst.set(target.node, severity);
    }
    return worst;
  });

  constructor() {
    const pauses: ReturnType<typeof setTimeout>[] = [];
    const stop = (): void => pauses.splice(0).forEach(clearTimeout);
    effect(() => {
      const document = this.editor.document();
      const language = this.language();
      stop();
      pauses.push(
        setTimeout(() => void this.check(document, language), PAUSE_MS),
        setTimeout(() => void this.ask(), LONGER_PAUSE_MS),
      );
    });
    inject(DestroyRef).onDestroy(() => {
      stop();
      this.asking?.abort();
    });
  }

  /** Of a node's fields, by their pointers within it. */
  of(key: NodeKey): readonly Problem[] {
    return this.problems().filter(({ target }) => target.node === key);
  }

  /** Asks the server now. */
  async ask(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const document = this.editor.document();
    const flow = withoutSecrets(write(document)) as object;
    try {
      const unreadable = this.unreadable(JSON.stringify(flow));
      const refused = unreadable ?? (await this.asked(flow, asking.signal));
      this.refused.set(placed(document, refused));
      this.failure.set(null);
    } catch (error) {
      if (asking.signal.aborted) return;
      if (!(error instanceof AgentProblem)) throw error;
      const refused = refusedOf(document, error);
      this.refused.set(refused);
      this.failure.set(refused.length ? null : error);
    }
  }

  private async asked(flow: object, signal: AbortSignal): Promise<readonly FlowProblem[]> {
    const { problems } = await this.flows.validate(flow, signal);
    return problems.filter(({ code }) => code === OF_SERVER);
  }

  /** What the server could not read at all, so that it is not asked; null for nothing. */
  private unreadable(text: string): readonly FlowProblem[] | null {
    const flaws = flawsOf(text).map(({ reason, path, most }): FlowProblem => {
      const message = this.transloco.translate(`flows.reason.${reason}`, { most });
      return { severity: 'error', code: reason, pointer: pointerOf(path), message };
    });
    return flaws.length ? flaws : null;
  }

  private async check(document: FlowDocument, language: Language): Promise<void> {
    const { checkFlow } = await import('@eira/flow-engine');
    if (document !== this.editor.document()) return;
    this.own.set(placed(document, checkFlow(write(document), { language })));
  }
}

/** The server may say what the page has said. */
function toldOnce(problems: readonly Problem[]): readonly Problem[] {
  const known = new Map<string, Problem>();
  for (const problem of problems) {
    const { node, edge, field } = problem.target;
    const key = JSON.stringify([node, edge, field, problem.message]);
    if (!known.has(key)) known.set(key, problem);
  }
  return [...known.values()];
}

function placed(document: FlowDocument, problems: readonly FlowProblem[]): readonly Problem[] {
  return problems.map((each) => ({ ...each, target: targetOf(document, pathOf(each.pointer)) }));
}

function isThere(document: FlowDocument, { node }: Target): boolean {
  return node === null || places(document).has(node);
}

function isError({ severity }: Pick<Problem, 'severity'>): boolean {
  return severity === 'error';
}
