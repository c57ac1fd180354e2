import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { AgentProblem, FlowService, FlowVersion } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../../chat/error-card';
import { LanguageChoice } from '../../core/language';
import { StoredFlow } from '../editor/stored';

/** All versions of the open flow; an older one is taken up again, to be saved as the newest. */
@Component({
  selector: 'eira-versions-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <dialog #dialog class="wide" aria-labelledby="versions-title">
        <h2 id="versions-title">{{ t('flows.versions') }}</h2>
        <p class="muted">{{ t('flows.versions.text') }}</p>
        @if (problem(); as failed) {
          <eira-error-card [error]="failed" (retry)="look()" />
        }
        <ul class="versions" [attr.aria-busy]="loading()">
          @for (each of items(); track each.version) {
            <li>
              <span
                ><b>{{ t('flows.version', { version: each.version }) }}</b>
                {{ each.name }}
                <span class="muted"
                  ><time [attr.datetime]="each.savedAt">{{ language.date(each.savedAt) }}</time
                  >, {{ each.savedBy.name }}</span
                ></span
              >
              @if (each.version === stored.view()?.version) {
                <span class="tag">{{ t('flows.versions.this') }}</span>
              } @else {
                <button type="button" (click)="take(each.version)">
                  {{ t('flows.versions.take') }}
                  <span class="sr-only">{{ t('flows.version', { version: each.version }) }}</span>
                </button>
              }
            </li>
          }
        </ul>
        @if (older(); as before) {
          <button type="button" (click)="look(before)">{{ t('list.more') }}</button>
        }
        <div class="buttons">
          <button type="button" (click)="dialog.close()">{{ t('common.close') }}</button>
        </div>
      </dialog>
    </ng-container>
  `,
})
export class VersionsDialog {
  private readonly flows = inject(FlowService);
  protected readonly stored = inject(StoredFlow);
  protected readonly language = inject(LanguageChoice);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  protected readonly items = signal<readonly FlowVersion[]>([]);
  protected readonly older = signal<number | null>(null);
  protected readonly loading = signal(false);
  protected readonly problem = signal<AgentProblem | null>(null);

  open(): void {
    this.items.set([]);
    this.dialog().nativeElement.showModal();
    void this.look();
  }

  protected async look(before: number | null = null): Promise<void> {
    const id = this.stored.view()?.flowId;
    if (!id) return;
    this.loading.set(true);
    this.problem.set(null);
    try {
      const page = await this.flows.versions(id, before);
      this.items.update((items) => (before === null ? page.items : [...items, ...page.items]));
      this.older.set(page.older ?? null);
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    } finally {
      this.loading.set(false);
    }
  }

  protected async take(version: number): Promise<void> {
    await this.stored.take(version);
    this.dialog().nativeElement.close();
  }
}
