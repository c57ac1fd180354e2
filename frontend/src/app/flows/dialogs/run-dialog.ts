import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../../chat/error-card';
import { FlowEditor } from '../editor/flow-editor';
import { RealRun } from '../editor/real-run';
import { StoredFlow } from '../editor/stored';

/** Says what is about to be run for real, and takes what the user begins with. */
@Component({
  selector: 'eira-run-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <dialog #dialog aria-labelledby="run-title" aria-describedby="run-text">
        <h2 id="run-title">{{ t('flows.running.title') }}</h2>
        <p id="run-text">
          {{ t('flows.running.text', { version: stored.view()?.version }) }}
          @if (editor.dirty()) {
            {{ t('flows.running.unsaved') }}
          }
        </p>
        @if (real.problem(); as problem) {
          <eira-error-card [error]="problem" [retries]="false" />
        }
        <form (submit)="run($event, box)">
          <label class="field">
            <span>{{ t(needed() ? 'flows.running.message' : 'flows.running.optional') }}</span>
            <textarea #box rows="3" maxlength="8000" [required]="needed()"></textarea>
          </label>
          <div class="buttons">
            <button type="button" (click)="dialog.close()">{{ t('common.cancel') }}</button>
            <button type="submit" class="primary" [disabled]="real.busy()">
              {{ t('flows.running.run') }}
            </button>
          </div>
        </form>
      </dialog>
    </ng-container>
  `,
})
export class RunDialog {
  private readonly router = inject(Router);
  protected readonly editor = inject(FlowEditor);
  protected readonly stored = inject(StoredFlow);
  protected readonly real = inject(RealRun);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  protected readonly needed = signal(false);
  /** Fields of the flow are not taken: they are among its problems. */
  readonly refused = output();

  async open(): Promise<void> {
    this.real.problem.set(null);
    this.needed.set(await this.real.needsMessage());
    this.dialog().nativeElement.showModal();
  }

  protected async run(event: Event, box: HTMLTextAreaElement): Promise<void> {
    event.preventDefault();
    const id = await this.real.begin(box.value);
    const problem = this.real.problem();
    if (id !== null) {
      box.value = '';
      this.dialog().nativeElement.close();
      await this.router.navigate(['/c', id]);
    } else if (problem?.errors.length) {
      this.dialog().nativeElement.close();
      this.stored.problem.set(problem);
      this.refused.emit();
    }
  }
}
