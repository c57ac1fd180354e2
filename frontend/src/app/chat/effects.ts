import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TurnEffect } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';

/** What was changed in the ERP, or was to be, with the way to each record. */
@Component({
  selector: 'eira-effects',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <section class="effects" *transloco="let t" [attr.aria-label]="t('effects.title')">
      <h3>{{ t('effects.title') }}</h3>
      <ul>
        @for (effect of effects(); track effect.callId) {
          <li [attr.data-status]="effect.status">
            <eira-icon [name]="effect.status === 'ok' ? 'check' : 'alert'" />
            <div>
              <span class="what">{{ effect.label ?? effect.tool }}</span>
              @if (effect.record; as record) {
                @if (effect.recordUrl; as url) {
                  <a [href]="url" target="_blank" rel="noopener noreferrer">
                    {{ record.name ?? record.id }}
                    @if (record.name) {
                      <span class="muted">{{ record.id }}</span>
                    }
                    <eira-icon name="link" />
                    <span class="sr-only">{{ t('common.newTab') }}</span>
                  </a>
                } @else {
                  <span
                    >{{ record.name ?? record.id }} <span class="muted">{{ record.id }}</span></span
                  >
                }
              }
              @if (effect.status !== 'ok') {
                <span class="tag warn">{{ t('tool.' + effect.status) }}</span>
              }
              @if (effect.error; as error) {
                <p class="wrong">{{ error }}</p>
              }
            </div>
          </li>
        }
      </ul>
    </section>
  `,
})
export class Effects {
  readonly effects = input.required<readonly TurnEffect[]>();
}
