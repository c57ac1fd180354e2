import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';
import { Exchange } from '@eira/agents-client';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { LanguageChoice } from '../core/language';
import { Markdown, MarkdownWords } from '../markdown/markdown';
import { ApprovalCard } from './approval-card';
import { Effects } from './effects';
import { ErrorCard } from './error-card';
import { Grounding } from './grounding';
import { Progress } from './progress';
import { QuestionForm } from './question-form';
import { Sources } from './sources';
import { NOT_REGENERABLE, isToBeSent } from './shown-turns';
import { Approval, ShownTurn, approvalKey } from './turn';
import { Rated, TurnActions } from './turn-actions';
import { withDays } from './values';

/** One message and its answer. */
@Component({
  selector: 'eira-turn-view',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    ApprovalCard,
    Effects,
    ErrorCard,
    Grounding,
    Markdown,
    Progress,
    QuestionForm,
    Sources,
    TranslocoDirective,
    TurnActions,
  ],
  templateUrl: './turn-view.html',
  styleUrl: './turn-view.css',
  encapsulation: ViewEncapsulation.None,
})
export class TurnView {
  private readonly transloco = inject(TranslocoService);
  private readonly language = inject(LanguageChoice);
  private readonly sources = viewChild(Sources);
  readonly turn = input.required<ShownTurn>();
  readonly last = input(false);
  readonly answered = output<string>();
  readonly retry = output();
  readonly regenerate = output();
  readonly rated = output<Rated>();

  protected readonly running = computed(() => this.turn().status === 'running');
  /** Of a run that waits for its user nothing more is to come. */
  protected readonly writing = computed(() => this.running() && this.turn().asking.length === 0);
  /** A date that a form gave, which the server is told as it is written everywhere, as people read it. */
  protected readonly message = computed(() =>
    withDays(this.exchanges().at(-1)?.message ?? '', (day) => this.language.day(day)),
  );
  /** Of a flow that has asked more than one; the last is where the turn ends. */
  private readonly exchanges = computed((): readonly Exchange[] => {
    const { exchanges, message, text } = this.turn();
    return exchanges.length ? exchanges : [{ message, text }];
  });
  protected readonly earlier = computed(() => this.exchanges().slice(0, -1));
  protected readonly text = computed(() => this.exchanges().at(-1)?.text ?? '');
  protected readonly asks = computed(
    () => this.last() && this.turn().status === 'done' && this.turn().missing.length > 0,
  );
  /** A question is answered; what failed has its own way to be tried again. */
  protected readonly regenerates = computed(
    () => this.last() && !this.asks() && this.turn().error === null,
  );
  protected readonly sends = computed(() => isToBeSent(this.turn()));
  /** What can never be answered anew is not tried again. */
  protected readonly retries = computed(
    () => this.last() && (this.sends() || this.turn().error?.code !== NOT_REGENERABLE),
  );
  /** Changes whenever the run gets on. */
  protected readonly stage = computed(() => `${this.turn().status} ${this.turn().steps.length}`);
  protected readonly words = computed((): MarkdownWords => {
    const language = this.language.language();
    const say = (key: string, values: object = {}): string =>
      this.transloco.translate(key, values, language);
    return {
      copy: say('code.copy'),
      copied: say('actions.copied'),
      citation: ({ number, title, source }) =>
        say('sources.mark', { number, title: title ?? source }),
    };
  });

  protected keyOf(approval: Approval): string {
    return approvalKey(approval, this.turn().runId);
  }

  protected showSource(number: number): void {
    this.sources()?.show(number);
  }
}
