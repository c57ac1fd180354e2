import {
  ChangeDetectionStrategy,
  Component,
  effect,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { AgentProblem, ConversationService, TimelineEvent } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { LanguageChoice } from '../core/language';
import { ErrorCard } from './error-card';

/** What was done in a conversation and what happened to its records, as it is audited; live. */
@Component({
  selector: 'eira-timeline',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, Icon, TranslocoDirective],
  template: `
    <aside class="timeline" *transloco="let t" [attr.aria-label]="t('timeline.title')">
      <header>
        <h2>{{ t('timeline.title') }}</h2>
        <button
          type="button"
          class="ghost"
          [attr.aria-label]="t('common.close')"
          (click)="closed.emit()"
        >
          <eira-icon name="close" />
        </button>
      </header>
      <ol>
        @for (entry of entries(); track $index) {
          @if (entry.type === 'audit') {
            <li>
              <strong>{{ t('timeline.' + entry.event.kind) }}</strong>
              <time [attr.datetime]="entry.event.at">{{ language.date(entry.event.at) }}</time>
              @for (result of entry.event.results; track result.callId) {
                <span>{{ result.tool }}: {{ t('tool.' + result.status) }}</span>
              }
              @for (decision of entry.event.approvals; track decision.approvalId) {
                <span>{{ t('approval.state.' + decision.state) }}</span>
              }
              @if (entry.event.entities?.length) {
                <span class="muted">{{ recordsOf(entry) }}</span>
              }
              @if (entry.event.durationMs; as ms) {
                <span class="muted">{{ language.duration(ms) }}</span>
              }
              <code [title]="t('error.id')">{{ entry.event.correlationId }}</code>
            </li>
          } @else {
            <li>
              <strong>{{ t('timeline.notification') }}</strong>
              <span>{{ entry.text }}</span>
            </li>
          }
        } @empty {
          <li class="muted">{{ t('timeline.empty') }}</li>
        }
      </ol>
      @if (problem(); as failed) {
        <eira-error-card [error]="failed" [retries]="false" />
      }
    </aside>
  `,
})
export class Timeline {
  private readonly service = inject(ConversationService);
  protected readonly language = inject(LanguageChoice);
  readonly conversationId = input.required<string>();
  readonly closed = output();
  protected readonly entries = signal<readonly TimelineEvent[]>([]);
  protected readonly problem = signal<AgentProblem | null>(null);

  constructor() {
    effect((onCleanup) => {
      this.entries.set([]);
      this.problem.set(null);
      const heard = this.service.liveTimeline(this.conversationId()).subscribe({
        next: (entry) => this.entries.update((entries) => [...entries, entry]),
        error: (error: unknown) => {
          if (!(error instanceof AgentProblem)) throw error;
          this.problem.set(error);
        },
      });
      onCleanup(() => heard.unsubscribe());
    });
  }

  protected recordsOf(entry: Extract<TimelineEvent, { type: 'audit' }>): string {
    return (entry.event.entities ?? []).map(({ id }) => id).join(', ');
  }
}
