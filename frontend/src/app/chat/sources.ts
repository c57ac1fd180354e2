import { ChangeDetectionStrategy, Component, ElementRef, inject, input } from '@angular/core';
import { Citation } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { wordsOf } from '../markdown/render';

/** The sources of an answer, by the numbers of their marks. */
@Component({
  selector: 'eira-sources',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <section class="sources" *transloco="let t" [attr.aria-label]="t('sources.title')">
      <h3>{{ t('sources.title') }}</h3>
      <ol>
        @for (citation of citations(); track citation.number) {
          <li
            tabindex="-1"
            [attr.data-number]="citation.number"
            [class.unverified]="!citation.verified"
          >
            <span class="number" aria-hidden="true">{{ citation.number }}</span>
            <div>
              @if (citation.url; as url) {
                <a [href]="url" target="_blank" rel="noopener noreferrer">
                  {{ citation.title || citation.source }}
                  <eira-icon name="link" />
                  <span class="sr-only">{{ t('common.newTab') }}</span>
                </a>
              } @else {
                <strong>{{ citation.title || citation.source }}</strong>
              }
              @if (!citation.verified) {
                <span class="tag warn">{{ t('sources.unverified') }}</span>
              }
              @if (citation.snippet; as snippet) {
                <p>{{ wordsOf(snippet) }}</p>
              }
            </div>
          </li>
        }
      </ol>
    </section>
  `,
})
export class Sources {
  protected readonly wordsOf = wordsOf;
  readonly citations = input.required<readonly Citation[]>();
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  /** Brings a source into view, and the focus to it. */
  show(number: number): void {
    const found = this.element.querySelector<HTMLElement>(`[data-number="${number}"]`);
    found?.focus({ preventScroll: true });
    found?.scrollIntoView({ block: 'nearest' });
  }
}
