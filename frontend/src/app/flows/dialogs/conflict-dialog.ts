import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  effect,
  inject,
  linkedSignal,
  output,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../../chat/error-card';
import { LanguageChoice } from '../../core/language';
import { StoredFlow } from '../editor/stored';

/** Somebody else was faster: whose version is the newest, or both; of a deleted flow one's own. */
@Component({
  selector: 'eira-conflict-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <dialog #dialog aria-labelledby="conflict-title" aria-describedby="conflict-text">
        <h2 id="conflict-title">
          {{ t(gone() ? 'flows.conflict.gone' : 'flows.conflict.title') }}
        </h2>
        <p id="conflict-text">
          @if (stored.conflict()?.newest; as newest) {
            {{
              t('flows.conflict.who', {
                who: newest.savedBy.name,
                version: newest.version,
                at: language.date(newest.savedAt),
              })
            }}
          }
          {{ t('flows.conflict.text') }}
        </p>
        @if (stored.problem(); as problem) {
          <eira-error-card [error]="problem" [retries]="false" />
        }
        <div class="buttons stacked">
          @if (!gone()) {
            <button type="button" class="primary" [disabled]="stored.busy()" (click)="over()">
              {{ t('flows.conflict.over') }}
            </button>
          }
          <button
            type="button"
            [class.primary]="gone()"
            [disabled]="stored.busy()"
            (click)="copy()"
          >
            {{ t('flows.conflict.copy') }}
          </button>
          @if (!gone()) {
            <button type="button" class="danger" [disabled]="stored.busy()" (click)="theirs()">
              {{ t('flows.conflict.theirs') }}
            </button>
          }
          <button type="button" (click)="dialog.close()">{{ t('flows.conflict.later') }}</button>
        </div>
      </dialog>
    </ng-container>
  `,
})
export class ConflictDialog {
  protected readonly stored = inject(StoredFlow);
  protected readonly language = inject(LanguageChoice);
  private readonly dialog = viewChild<ElementRef<HTMLDialogElement>>('dialog');
  /** While something is tried it is as before. */
  protected readonly gone = linkedSignal<boolean | null, boolean>({
    source: () => (this.stored.conflict() ? this.stored.isGone() : null),
    computation: (gone, before) => gone ?? before?.value ?? false,
  });
  /** It is kept as a flow of this id. */
  readonly kept = output<string>();

  constructor() {
    effect(() => {
      const dialog = this.dialog()?.nativeElement;
      if (dialog && this.stored.conflict() && !dialog.open) dialog.showModal();
    });
  }

  protected async over(): Promise<void> {
    if (await this.stored.saveOver()) this.close();
  }

  protected async copy(): Promise<void> {
    const id = await this.stored.saveCopy();
    if (id === null) return;
    this.close();
    this.kept.emit(id);
  }

  protected async theirs(): Promise<void> {
    const id = this.stored.view()?.flowId;
    if (id && (await this.stored.open(id))) this.close();
  }

  private close(): void {
    this.dialog()?.nativeElement.close();
  }
}
