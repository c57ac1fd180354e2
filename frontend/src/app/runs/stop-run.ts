import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { AgentProblem, AgentService } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../chat/error-card';
import { Icon } from '../core/icon';

/** Stops a run, for who says so twice. */
@Component({
  selector: 'eira-stop-run',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <button type="button" class="danger" [disabled]="asked()" (click)="ask()">
        <eira-icon name="stop" />{{ t(asked() ? 'runs.stop.asked' : 'runs.stop.stop') }}
      </button>
      <dialog #confirm aria-labelledby="stop-title" aria-describedby="stop-text">
        <h2 id="stop-title">{{ t('runs.stop.title') }}</h2>
        <p id="stop-text">{{ t('runs.stop.text') }}</p>
        @if (problem(); as failed) {
          <eira-error-card [error]="failed" [retries]="false" />
        }
        <div class="buttons">
          <button type="button" (click)="confirm.close()">{{ t('runs.stop.leave') }}</button>
          <button type="button" class="danger" [disabled]="stopping()" (click)="stop()">
            {{ t('runs.stop.stop') }}
          </button>
        </div>
      </dialog>
    </ng-container>
  `,
})
export class StopRun {
  private readonly agents = inject(AgentService);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('confirm');
  readonly runId = input.required<string>();
  /** It was told to stop, which it does when it can. */
  protected readonly asked = signal(false);
  protected readonly stopping = signal(false);
  protected readonly problem = signal<AgentProblem | null>(null);

  protected ask(): void {
    this.problem.set(null);
    this.dialog().nativeElement.showModal();
  }

  protected async stop(): Promise<void> {
    this.stopping.set(true);
    this.problem.set(null);
    try {
      // False for one that has just ended: whoever watches it sees how.
      await this.agents.cancel(this.runId());
      this.asked.set(true);
      this.dialog().nativeElement.close();
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    } finally {
      this.stopping.set(false);
    }
  }
}
