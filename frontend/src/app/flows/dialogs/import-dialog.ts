import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../../core/icon';
import { FlowDocument } from '../model/document';
import { Refusal, imported, isRefused } from '../model/unreadable';

const SHOWN = 20;

/** Takes a flow from a file or a text; says of what is none where, and why. */
@Component({
  selector: 'eira-import-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <dialog #dialog class="wide" aria-labelledby="import-title">
        <h2 id="import-title">{{ t('flows.importing.title') }}</h2>
        <p class="muted">{{ t('flows.importing.text') }}</p>
        <label class="field">
          <span>{{ t('flows.importing.file') }}</span>
          <input #file type="file" accept=".json,application/json" (change)="load(file)" />
        </label>
        <label class="field">
          <span>{{ t('flows.importing.paste') }}</span>
          <textarea
            #words
            rows="10"
            spellcheck="false"
            [value]="text()"
            (input)="text.set(words.value); refusals.set([])"
          ></textarea>
        </label>
        @if (refusals().length) {
          <div class="card error" role="alert">
            <p class="what">
              <eira-icon name="alert" /><span>{{ t('flows.importing.refused') }}</span>
            </p>
            <ul class="refusals">
              @for (each of refusals(); track $index) {
                <li>
                  <code>{{ each.path }}</code> {{ t('flows.reason.' + each.reason, each.values) }}
                </li>
              }
            </ul>
            @if (more()) {
              <p class="muted">{{ t('flows.importing.more', { count: more() }) }}</p>
            }
          </div>
        }
        <div class="buttons">
          <button type="button" (click)="dialog.close()">{{ t('common.cancel') }}</button>
          <button type="button" class="primary" [disabled]="!text().trim()" (click)="bring()">
            {{ t('flows.import') }}
          </button>
        </div>
      </dialog>
    </ng-container>
  `,
})
export class ImportDialog {
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  /** Opens it; the dialog stays until that is done, so that nobody saves what was there before. */
  readonly take = input.required<(document: FlowDocument) => Promise<void>>();
  /** How many there are already in what is open. */
  readonly keys = input(0);
  protected readonly text = signal('');
  protected readonly refusals = signal<readonly Refusal[]>([]);
  protected readonly more = signal(0);

  open(): void {
    this.text.set('');
    this.refusals.set([]);
    this.dialog().nativeElement.showModal();
  }

  protected async load(field: HTMLInputElement): Promise<void> {
    const file = field.files?.[0];
    if (!file) return;
    this.text.set(await file.text());
    field.value = '';
    await this.bring();
  }

  protected async bring(): Promise<void> {
    const made = imported(this.text(), this.keys());
    if (isRefused(made)) {
      this.refusals.set(made.slice(0, SHOWN));
      this.more.set(Math.max(0, made.length - SHOWN));
      return;
    }
    await this.take()(made);
    this.dialog().nativeElement.close();
  }
}
