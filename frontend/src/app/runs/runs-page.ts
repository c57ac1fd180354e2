import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  untracked,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { RunEntry } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../chat/error-card';
import { Icon } from '../core/icon';
import { LanguageChoice } from '../core/language';
import { titled } from '../core/page-title';
import { whileSeen } from '../core/seen';
import { Who } from '../core/who';
import { FoundRuns } from './found-runs';
import { STATES, localOf, momentOf, wantedOf } from './wanted';

const SHORT = 8;
const AGAIN_MS = 15_000;

/** The tenant's runs, the newest first, by state, conversation and time. */
@Component({
  selector: 'eira-runs-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, Icon, RouterLink, TranslocoDirective],
  providers: [FoundRuns],
  templateUrl: './runs-page.html',
  host: { class: 'page' },
})
export class RunsPage {
  private readonly router = inject(Router);
  protected readonly who = inject(Who);
  protected readonly language = inject(LanguageChoice);
  protected readonly found = inject(FoundRuns);
  protected readonly states = STATES;
  protected readonly localOf = localOf;
  readonly state = input<string>();
  readonly conversationId = input<string>();
  readonly since = input<string>();
  readonly until = input<string>();

  protected readonly wanted = computed(() =>
    wantedOf({
      state: this.state(),
      conversationId: this.conversationId(),
      since: this.since(),
      until: this.until(),
    }),
  );
  protected readonly filtered = computed(() => Object.values(this.wanted()).some(Boolean));

  constructor() {
    effect(() => {
      const wanted = this.wanted();
      untracked(() => void this.found.look(wanted));
    });
    titled(() => 'runs.title');
    inject(DestroyRef).onDestroy(whileSeen(AGAIN_MS, () => void this.found.refresh()));
  }

  protected filter(event: Event): void {
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string): string => {
      const value = fields.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const queryParams = {
      state: text('state') || null,
      conversationId: text('conversationId') || null,
      since: momentOf(text('since')),
      until: momentOf(text('until')),
    };
    void this.router.navigate([], { queryParams });
  }

  protected clear(): void {
    void this.router.navigate([], { queryParams: {} });
  }

  protected took({ receivedAt, endedAt }: RunEntry): string | null {
    if (!endedAt) return null;
    return this.language.duration(Math.max(0, Date.parse(endedAt) - Date.parse(receivedAt)));
  }

  protected kindOf({ isFlow, isAgentCall, partOf }: RunEntry): string {
    if (isFlow) return 'flow';
    if (partOf) return 'part';
    return isAgentCall ? 'agent' : 'message';
  }

  /** Of somebody without a name there is an id, of which the beginning tells them apart. */
  protected shortOf(id: string): string {
    return id.length > SHORT ? `${id.slice(0, SHORT)}…` : id;
  }
}
