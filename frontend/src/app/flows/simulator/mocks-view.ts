import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import type { Json } from '@eira/flow-engine';
import { TranslocoDirective } from '@jsverse/transloco';
import { FlowEditor } from '../editor/flow-editor';
import { places } from '../model/document';
import { textOf } from '../model/json';
import { idOf } from '../model/kinds';
import { Draft, MOCKED_TOOLS, MockDrafts, MockedTool } from './mock-drafts';
import { SimulationSession } from './session';

interface Row {
  readonly name: string;
  readonly label: string;
  readonly suggested: string;
  readonly draft: Draft | undefined;
}

function samples(text: string, title: string): Readonly<Record<MockedTool, Json>> {
  return {
    openai: text,
    ai_search: [{ title, source: 'https://example.org/1', score: 0.9 }],
    http: { status: 200, contentType: 'application/json', json: {} },
  };
}

/** What calls are answered with where nobody is called: by node, by execution of a node, by tool. */
@Component({
  selector: 'eira-simulated-mocks',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <p class="muted">{{ t('simulator.mocks.text') }}</p>
      <h3>{{ t('simulator.mocks.nodes') }}</h3>
      @for (row of nodes(); track row.name) {
        <div class="mock" [attr.data-mock]="row.name">
          <label [for]="'mock-' + row.name">
            @if (row.label) {
              {{ row.label }}&ngsp;
            }
            <code>{{ row.name }}</code>
            @if (row.draft) {
              <span class="tag">{{ t('simulator.mocks.own') }}</span>
            }
          </label>
          <textarea
            #box
            rows="3"
            spellcheck="false"
            autocomplete="off"
            [id]="'mock-' + row.name"
            [value]="row.draft?.text ?? row.suggested"
            [attr.aria-invalid]="row.draft?.wrong ? true : null"
            [attr.aria-describedby]="row.draft?.wrong ? 'wrong-' + row.name : null"
            (input)="drafts.setNode(row.name, box.value)"
          ></textarea>
          @if (row.draft?.wrong; as wrong) {
            <p class="wrong" role="alert" [id]="'wrong-' + row.name">{{ t(wrong.key, wrong) }}</p>
          }
          @if (row.draft) {
            <button type="button" class="ghost" (click)="drafts.setNode(row.name, null)">
              {{ t('simulator.mocks.automatic') }}
              <span class="sr-only">{{ row.name }}</span>
            </button>
          }
        </div>
      } @empty {
        <p class="muted">{{ t('simulator.mocks.none') }}</p>
      }
      <form class="line" (submit)="add($event, key)">
        <label for="mock-key">{{ t('simulator.mocks.execution') }}</label>
        <input #key id="mock-key" type="text" autocomplete="off" placeholder="r1[0]" />
        <button type="submit">{{ t('simulator.mocks.add') }}</button>
      </form>
      <h3>{{ t('simulator.mocks.tools') }}</h3>
      @for (row of tools(); track row.name) {
        <div class="mock" [attr.data-mock]="row.name">
          <label [for]="'mock-of-' + row.name"
            ><code>{{ row.name }}</code> {{ t('simulator.mocks.' + row.name) }}</label
          >
          <textarea
            #box
            rows="2"
            spellcheck="false"
            autocomplete="off"
            [id]="'mock-of-' + row.name"
            [value]="row.draft?.text ?? ''"
            [placeholder]="
              sampleOf(row.name, t('simulator.mocks.sample'), t('simulator.mocks.sampleTitle'))
            "
            [attr.aria-invalid]="row.draft?.wrong ? true : null"
            [attr.aria-describedby]="row.draft?.wrong ? 'wrong-of-' + row.name : null"
            (input)="setTool(row.name, box.value)"
          ></textarea>
          @if (row.draft?.wrong; as wrong) {
            <p class="wrong" role="alert" [id]="'wrong-of-' + row.name">
              {{ t(wrong.key, wrong) }}
            </p>
          }
        </div>
      }
    </ng-container>
  `,
  host: { class: 'simulated-mocks' },
})
export class MocksView {
  protected readonly drafts = inject(MockDrafts);
  private readonly session = inject(SimulationSession);
  private readonly editor = inject(FlowEditor);

  /** By the id of each node that is called something else as well. */
  private readonly labels = computed((): ReadonlyMap<string, string> => {
    const nodes = [...places(this.editor.document()).values()].map(({ node }) => node.fields);
    return new Map(nodes.map((fields) => [idOf(fields), textOf(fields['label'])]));
  });
  protected readonly nodes = computed((): readonly Row[] => {
    const suggested = this.session.suggested();
    const drafts = this.drafts.nodes();
    const labels = this.labels();
    const names = new Set([...Object.keys(suggested), ...drafts.keys()]);
    return [...names].map((name) => {
      const made = suggested[name];
      const text = made === undefined ? '' : JSON.stringify(made, null, 2);
      const label = labels.get(name.split('[')[0] ?? '') ?? '';
      return { name, label, suggested: text, draft: drafts.get(name) };
    });
  });
  protected readonly tools = computed(() =>
    MOCKED_TOOLS.map((name) => ({ name, draft: this.drafts.tools().get(name) })),
  );

  /** What one may write for this tool, with these words in it. */
  protected sampleOf(tool: MockedTool, text: string, title: string): string {
    return JSON.stringify(samples(text, title)[tool]);
  }

  protected setTool(tool: MockedTool, text: string): void {
    this.drafts.setTool(tool, text.trim() ? text : null);
  }

  protected add(event: Event, key: HTMLInputElement): void {
    event.preventDefault();
    const name = key.value.trim();
    if (!name || this.drafts.nodes().has(name)) return;
    const suggested = this.session.suggested();
    const made = suggested[name] ?? suggested[name.split('[')[0] ?? ''] ?? { text: '' };
    this.drafts.setNode(name, JSON.stringify(made, null, 2));
    key.value = '';
  }
}
