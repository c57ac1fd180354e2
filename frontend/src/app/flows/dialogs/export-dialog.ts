import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { AgentProblem, FlowExported, FlowService } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../../chat/error-card';
import { Icon } from '../../core/icon';
import { FlowEditor } from '../editor/flow-editor';
import { write } from '../model/document';
import { Json, isObject, textOf, written } from '../model/json';
import { withoutSecrets } from '../model/secrets';

type Purpose = 'whole' | 'production';

/** The flow as a file: all of it, or as it may go to production, with what was taken out. */
@Component({
  selector: 'eira-export-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, Icon, TranslocoDirective],
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
        @if (problem(); as failed) {
          <eira-error-card [error]="failed" (retry)="choose('production')" />
        }
        @if (exported(); as made) {
          @if (made.warnings.length + errors().length) {
            <ul class="refusals" [attr.aria-label]="t('flows.exporting.said')">
              @for (each of made.warnings; track $index) {
                <li>
                  <code>{{ each.pointer || '/' }}</code> {{ each.message }}
                </li>
              }
              @for (each of errors(); track $index) {
                <li class="wrong">
                  <code>{{ each.pointer || '/' }}</code> {{ each.message }}
                </li>
              }
            </ul>
          }
        }
        <label class="field">
          <span>{{ t('flows.exporting.json') }}</span>
          <textarea rows="14" readonly spellcheck="false" [value]="text()"></textarea>
        </label>
        <div class="buttons">
          <button type="button" (click)="dialog.close()">{{ t('common.close') }}</button>
          <button type="button" [disabled]="!text()" (click)="copy()">
            <eira-icon [name]="copied() ? 'check' : 'copy'" />{{
              t(copied() ? 'flows.exporting.copied' : 'flows.exporting.copy')
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
  private readonly editor = inject(FlowEditor);
  private readonly flows = inject(FlowService);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  protected readonly purposes: readonly Purpose[] = ['whole', 'production'];
  protected readonly purpose = signal<Purpose>('whole');
  protected readonly exported = signal<FlowExported | null>(null);
  protected readonly problem = signal<AgentProblem | null>(null);
  protected readonly copied = signal(false);
  protected readonly errors = computed(
    () => this.exported()?.problems.filter(({ severity }) => severity === 'error') ?? [],
  );
  protected readonly text = computed((): string => {
    if (this.purpose() === 'whole') return written(this.flow());
    const made = this.exported();
    return made ? written(made.flow as Json) : '';
  });

  open(): void {
    void this.choose('whole');
    this.dialog().nativeElement.showModal();
  }

  protected async choose(purpose: Purpose): Promise<void> {
    this.purpose.set(purpose);
    this.problem.set(null);
    this.exported.set(null);
    this.copied.set(false);
    if (purpose === 'whole') return;
    try {
      const made = await this.flows.export(this.flow() as object);
      if (this.purpose() === purpose) this.exported.set(made);
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    }
  }

  protected async copy(): Promise<void> {
    await navigator.clipboard.writeText(this.text());
    this.copied.set(true);
  }

  protected download(): void {
    const address = URL.createObjectURL(new Blob([this.text()], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = `${this.fileName()}.json`;
    link.click();
    URL.revokeObjectURL(address);
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
