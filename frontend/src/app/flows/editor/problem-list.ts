import { ChangeDetectionStrategy, Component, inject, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../../chat/error-card';
import { Icon } from '../../core/icon';
import { NodeKey, places } from '../model/document';
import { titleOf } from '../model/kinds';
import { pointerOf } from '../model/json';
import { FlowChecks, Problem } from './checks';
import { FlowEditor } from './flow-editor';

/** What is wrong, each with the way to where it is. */
@Component({
  selector: 'eira-flow-problems',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (checks.failure(); as failure) {
        <eira-error-card [error]="failure" (retry)="checks.ask()" />
      }
      <ul class="problems" [attr.aria-label]="t('flows.problems.title')">
        @for (problem of checks.problems(); track $index) {
          <li>
            <button
              type="button"
              [attr.data-severity]="problem.severity"
              (click)="opened.emit(problem)"
            >
              <eira-icon name="alert" />
              <span>
                <span class="sr-only">{{ t('flows.problem.' + problem.severity) }}: </span>
                {{ problem.message }}
                <code>{{ whereOf(problem) }}</code>
              </span>
            </button>
          </li>
        } @empty {
          @if (!checks.failure()) {
            <li class="muted">{{ t('flows.problems.none') }}</li>
          }
        }
      </ul>
    </ng-container>
  `,
})
export class ProblemList {
  private readonly editor = inject(FlowEditor);
  protected readonly checks = inject(FlowChecks);
  readonly opened = output<Problem>();

  protected whereOf({ target, pointer }: Problem): string {
    const name = target.node ? this.nameOf(target.node) : '';
    return name ? `${name}${pointerOf(target.field)}` : pointer || '/';
  }

  private nameOf(key: NodeKey): string {
    const place = places(this.editor.document()).get(key);
    return place ? titleOf(place.node.fields) : '';
  }
}
