import { ChangeDetectionStrategy, Component, ElementRef, viewChild } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';

/** Asks whether what was not saved may be lost. */
@Component({
  selector: 'eira-leave-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <dialog #dialog aria-labelledby="leave-title" aria-describedby="leave-text" (close)="stay()">
        <h2 id="leave-title">{{ t('flows.leaving.title') }}</h2>
        <p id="leave-text">{{ t('flows.leaving.text') }}</p>
        <div class="buttons">
          <button type="button" (click)="dialog.close()">{{ t('flows.leaving.stay') }}</button>
          <button type="button" class="danger" (click)="leave()">
            {{ t('flows.leaving.leave') }}
          </button>
        </div>
      </dialog>
    </ng-container>
  `,
})
export class LeaveDialog {
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  private answer: ((leaves: boolean) => void) | null = null;

  ask(): Promise<boolean> {
    this.stay();
    this.dialog().nativeElement.showModal();
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  protected leave(): void {
    this.answer?.(true);
    this.answer = null;
    this.dialog().nativeElement.close();
  }

  /** Also when the dialog is closed with Escape. */
  protected stay(): void {
    this.answer?.(false);
    this.answer = null;
  }
}
