import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { AgentProblem, RunService, RunView, TurnEffect } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { askedFor } from '../approvals/asked-for';
import { ApprovalCard } from '../chat/approval-card';
import { timed } from '../chat/durations';
import { Effects } from '../chat/effects';
import { ErrorCard } from '../chat/error-card';
import { StepList } from '../chat/step-list';
import { stepsOf } from '../chat/steps';
import { Announcer } from '../core/announcer';
import { Icon } from '../core/icon';
import { LanguageChoice } from '../core/language';
import { titled } from '../core/page-title';
import { Who } from '../core/who';
import { Copyable } from './copyable';
import { StopRun } from './stop-run';

/** One run as it is now: how it went, what it did and used, what it waits for. */
@Component({
  selector: 'eira-run-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    ApprovalCard,
    Copyable,
    Effects,
    ErrorCard,
    Icon,
    RouterLink,
    StepList,
    StopRun,
    TranslocoDirective,
  ],
  templateUrl: './run-page.html',
  host: { class: 'page', '(document:visibilitychange)': 'visible.set(isVisible())' },
})
export class RunPage {
  private readonly runs = inject(RunService);
  private readonly announcer = inject(Announcer);
  protected readonly who = inject(Who);
  protected readonly language = inject(LanguageChoice);
  protected readonly askedFor = askedFor;
  private readonly heading = viewChild<ElementRef<HTMLElement>>('heading');
  readonly runId = input.required<string>();

  protected readonly run = signal<RunView | null>(null);
  protected readonly problem = signal<AgentProblem | null>(null);
  private readonly again = signal(0);
  /** Nobody looks at a page in the background: it asks for nothing then. */
  protected readonly visible = signal(isVisible());
  protected readonly isVisible = isVisible;

  protected readonly end = computed(() => {
    const endedAt = this.run()?.endedAt;
    return endedAt ? Date.parse(endedAt) : null;
  });
  protected readonly took = computed(() => {
    const run = this.run();
    const end = this.end();
    return run === null || end === null ? null : Math.max(0, end - Date.parse(run.receivedAt));
  });
  /** That somebody stopped it is none. */
  protected readonly failure = computed(() => {
    const error = this.run()?.error;
    return error && error.code !== 'CANCELLED' ? error : null;
  });
  protected readonly steps = computed(() => {
    const run = this.run();
    return run === null ? [] : timed(stepsOf(run), this.end());
  });
  protected readonly effects = computed(() => (this.run()?.effects ?? []).flatMap(changeOf));

  constructor() {
    titled(() => 'runs.one');
    effect((onCleanup) => {
      this.again();
      // What the server says in words, it says in this language.
      this.language.language();
      const runId = this.runId();
      if (!this.visible()) return;
      const heard = this.runs.watch(runId).subscribe({
        next: (run) => this.see(run),
        error: (error: unknown) => this.tell(error),
      });
      onCleanup(() => heard.unsubscribe());
    });
    // Whoever came by the list goes on reading here.
    effect(() => this.heading()?.nativeElement.focus());
  }

  protected retry(): void {
    this.problem.set(null);
    this.again.update((times) => times + 1);
  }

  private see(run: RunView): void {
    const before = untracked(this.run);
    this.problem.set(null);
    this.run.set(run);
    if (before?.runId === run.runId && before.state !== run.state && run.endedAt)
      this.announcer.say(`runs.announce.${run.state}`);
  }

  private tell(error: unknown): void {
    if (!(error instanceof AgentProblem)) throw error;
    this.problem.set(error);
  }
}

function isVisible(): boolean {
  return document.visibilityState !== 'hidden';
}

/** A call that was to change something; the record is where its link leads. */
function changeOf(call: NonNullable<RunView['effects']>[number]): readonly TurnEffect[] {
  const { callId, tool, label, status, error, effectId, recordUrl } = call;
  if (!effectId) return [];
  const id = recordUrl?.split('/').at(-1);
  const record = id ? { type: tool, id: decodeURIComponent(id) } : null;
  return [{ callId, tool, label, status, error, effectId, record, recordUrl }];
}
