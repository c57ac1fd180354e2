import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import type { FlowProblem } from '@eira/flow-engine';
import { TranslocoDirective } from '@jsverse/transloco';
import { Copying } from '../../core/copying';
import { Icon } from '../../core/icon';
import { LanguageChoice } from '../../core/language';
import { saveJson } from '../../core/saving';
import { FlowEditor } from '../editor/flow-editor';
import { write } from '../model/document';
import { Json, isObject, textOf, written } from '../model/json';
import { withoutSecrets } from '../model/secrets';

type Purpose = 'whole' | 'production';

interface Exported {
  readonly flow: Json;
  /** What was taken out, and what is wrong with what is left. */
  readonly said: readonly FlowProblem[];
}

/** The flow as a file: all of it, or as it may go to production, with what was taken out. */
@Component({
  selector: 'eira-export-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <dialog #dialog class="wide" aria-labelledby="export-title">
        <h2 id="export-title">{{ t('flows.exporting.title') }}</h2>
        <fieldset class="choices">
          <legend class="sr-only">{{ t('flows.exporting.purpose') }}</legend>
          @for (each of purposes; track each) {
            <label>
              <input
                type="radio"
                name="purpose"
                [value]="each"
                [checked]="purpose() === each"
                (change)="choose(each)"
              />
              <span
                >{{ t('flows.exporting.' + each) }}
                <span class="muted">{{ t('flows.exporting.' + each + '.text') }}</span></span
              >
            </label>
          }
        </fieldset>
        @if (exported(); as made) {
          @if (made.said.length) {
            <ul class="refusals" [attr.aria-label]="t('flows.exporting.said')">
              @for (each of made.said; track $index) {
                <li [class.wrong]="each.severity === 'error'">
                  <code>{{ each.pointer || '/' }}</code> {{ each.message }}
                </li>
              }
            </ul>
          }
        }
        <label class="field">
          <span>{{ t('flows.exporting.json') }}</span>
          <textarea
            rows="14"
            readonly
            spellcheck="false"
            [attr.data-purpose]="purpose()"
            [value]="text()"
          ></textarea>
        </label>
        <div class="buttons">
          <button type="button" (click)="dialog.close()">{{ t('common.close') }}</button>
          <button type="button" [disabled]="!text()" (click)="copying.copy(text())">
            <eira-icon [name]="copying.copied() ? 'check' : 'copy'" />{{
              t(copying.copied() ? 'flows.exporting.copied' : 'flows.exporting.copy')
            }}
          </button>
          <button type="button" class="primary" [disabled]="!text()" (click)="download()">
            {{ t('flows.exporting.download') }}
          </button>
        </div>
      </dialog>
    </ng-container>
  `,
})
export class ExportDialog {
  protected readonly copying = new Copying();
  private readonly editor = inject(FlowEditor);
  private readonly language = inject(LanguageChoice).language;
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  protected readonly purposes: readonly Purpose[] = ['whole', 'production'];
  protected readonly purpose = signal<Purpose>('whole');
  protected readonly exported = signal<Exported | null>(null);
  protected readonly text = computed((): string => {
    if (this.purpose() === 'whole') return written(this.flow());
    const made = this.exported();
    return made ? written(made.flow) : '';
  });

  open(): void {
    void this.choose('whole');
    this.dialog().nativeElement.showModal();
  }

  protected async choose(purpose: Purpose): Promise<void> {
    this.purpose.set(purpose);
    this.exported.set(null);
    if (purpose === 'whole') return;
    const { checkFlow, exportFlow } = await import('@eira/flow-engine');
    const language = this.language();
    const made = exportFlow(write(this.editor.document()), language);
    if (made === null || this.purpose() !== purpose) return;
    const errors = checkFlow(made.flow, { language }).filter(
      ({ severity }) => severity === 'error',
    );
    this.exported.set({ flow: made.flow, said: [...made.warnings, ...errors] });
  }

  protected download(): void {
    saveJson(this.fileName(), this.text());
  }

  private flow(): Json {
    return withoutSecrets(write(this.editor.document()));
  }

  private fileName(): string {
    const meta = this.editor.document().members?.['meta'];
    const name = isObject(meta) ? textOf(meta['name']) : '';
    return name.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').replaceAll(/^-|-$/g, '') || 'flow';
  }
}
