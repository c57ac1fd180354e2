import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  input,
  signal,
} from '@angular/core';
import { Citation } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { leadsTo, wordsOf } from '../markdown/render';

/** More than this is cut to a few lines, until somebody wants to see it. */
const LONG = 120;

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
              @if (leadsTo(citation.url); as url) {
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
                @let words = wordsOf(snippet);
                <p [class.whole]="isWhole(citation.number)">{{ words }}</p>
                @if (words.length > long) {
                  <button
                    type="button"
                    class="ghost"
                    [attr.aria-expanded]="isWhole(citation.number)"
                    (click)="toggle(citation.number)"
                  >
                    {{ t(isWhole(citation.number) ? 'sources.less' : 'sources.more') }}
                    <span class="sr-only">{{
                      t('sources.mark', {
                        number: citation.number,
                        title: citation.title || citation.source,
                      })
                    }}</span>
                  </button>
                }
              }
            </div>
          </li>
        }
      </ol>
    </section>
  `,
})
export class Sources {
  protected readonly leadsTo = leadsTo;
  protected readonly wordsOf = wordsOf;
  readonly citations = input.required<readonly Citation[]>();
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  protected readonly long = LONG;
  private readonly whole = signal<ReadonlySet<number>>(new Set());

  /** Brings a source into view, all of it, and the focus to it. */
  show(number: number): void {
    this.whole.update((shown) => new Set(shown).add(number));
    const found = this.element.querySelector<HTMLElement>(`[data-number="${number}"]`);
    found?.focus({ preventScroll: true });
    found?.scrollIntoView({ block: 'nearest' });
  }

  protected isWhole(number: number): boolean {
    return this.whole().has(number);
  }

  protected toggle(number: number): void {
    this.whole.update((shown) => {
      const others = [...shown].filter((each) => each !== number);
      return new Set(shown.has(number) ? others : [...others, number]);
    });
  }
}
