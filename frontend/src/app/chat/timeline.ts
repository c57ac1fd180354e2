import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { AgentProblem, AuditEvent, ConversationService, TimelineEvent } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { LanguageChoice } from '../core/language';
import { ErrorCard } from './error-card';

interface Line {
  readonly event: AuditEvent;
  /** What people are told of a change in the ERP; it comes right before the change itself. */
  readonly told: string | null;
}

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
          #close
          [attr.aria-label]="t('common.close')"
          (click)="closed.emit()"
        >
          <eira-icon name="close" />
        </button>
      </header>
      <ol>
        @for (line of lines(); track line.event.eventId) {
          <li>
            <strong>{{ t('timeline.' + line.event.kind) }}</strong>
            <time [attr.datetime]="line.event.at">{{ language.date(line.event.at) }}</time>
            @if (line.told) {
              <span>{{ line.told }}</span>
            }
            @for (result of line.event.results; track result.callId) {
              <span
                >{{ names()[result.tool] ?? result.tool }}: {{ t('tool.' + result.status) }}</span
              >
            }
            @for (decision of line.event.approvals; track decision.approvalId) {
              <span>{{ t('approval.state.' + decision.state) }}</span>
            }
            @if (line.event.entities?.length) {
              <span class="muted">{{ recordsOf(line.event) }}</span>
            }
            @if (line.event.durationMs; as ms) {
              <span class="muted">{{ language.duration(ms) }}</span>
            }
            <span class="muted">
              {{ t('error.id') }} <code>{{ line.event.correlationId }}</code>
            </span>
          </li>
        } @empty {
          <li class="muted">{{ t('timeline.empty') }}</li>
        }
      </ol>
      @if (problem(); as failed) {
        <eira-error-card [error]="failed" [retries]="false" />
      }
    </aside>
  `,
  styleUrl: './timeline.css',
  encapsulation: ViewEncapsulation.None,
})
export class Timeline {
  private readonly service = inject(ConversationService);
  protected readonly language = inject(LanguageChoice);
  readonly conversationId = input.required<string>();
  /** What people call tools, by their names. */
  readonly names = input<Readonly<Record<string, string>>>({});
  /** It lies over everything else, so that the focus has to be in it. */
  readonly covers = input(false);
  readonly closed = output();
  private readonly close = viewChild<ElementRef<HTMLElement>>('close');
  private readonly entries = signal<readonly TimelineEvent[]>([]);
  protected readonly lines = computed((): readonly Line[] => {
    const entries = this.entries();
    return entries.flatMap((entry, at) => {
      if (entry.type !== 'audit') return [];
      const before = entries[at - 1];
      return [{ event: entry.event, told: before?.type === 'notification' ? before.text : null }];
    });
  });
  protected readonly problem = signal<AgentProblem | null>(null);

  constructor() {
    effect(() => {
      if (this.covers()) this.close()?.nativeElement.focus();
    });
    effect((onCleanup) => {
      // What the server says in words, it says in this language.
      this.language.language();
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

  protected recordsOf({ entities = [] }: AuditEvent): string {
    return entities.map(({ id }) => id).join(', ');
  }
}
