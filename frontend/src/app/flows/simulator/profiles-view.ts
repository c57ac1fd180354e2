import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { LANGUAGE } from '@eira/flow-engine';
import { TranslocoDirective } from '@jsverse/transloco';
import { FlowEditor } from '../editor/flow-editor';
import { Vocabulary } from '../inspector/vocabulary';
import { places } from '../model/document';
import { setMeta } from '../model/edits';
import { isObject, textOf } from '../model/json';
import { Typed } from './typed';
import { SimulatorBackend } from './backend';

/**
 * The plan's panel of profiles: which one holds for the flow, and what is typed in for each. Only
 * the name of the flow's profile is the flow's; all else stays in memory.
 */
@Component({
  selector: 'eira-simulated-profiles',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  templateUrl: './profiles-view.html',
  host: { class: 'simulated-profiles' },
})
export class ProfilesView {
  protected readonly typed = inject(Typed);
  protected readonly backend = inject(SimulatorBackend);
  private readonly editor = inject(FlowEditor);
  private readonly vocabulary = inject(Vocabulary);
  protected readonly tools = LANGUAGE.keys.tools;
  protected readonly known = computed(() => this.vocabulary.names('profiles'));
  protected readonly ofFlow = computed(() => {
    const meta = this.editor.document().members?.['meta'];
    if (!isObject(meta)) return '';
    return textOf(meta['default_credential_profile'] ?? meta['defaultCredentialProfile']);
  });
  protected readonly aliases = computed(() => {
    const nodes = [...places(this.editor.document()).values()];
    const named = nodes.map(({ node: { fields } }) =>
      fields['type'] === 'secure_value' ? textOf(fields['alias']) : '',
    );
    return [...new Set(named)].filter(Boolean);
  });

  protected setOfFlow(name: string): void {
    const path = ['default_credential_profile'];
    this.editor.edit(
      (document) => setMeta(document, path, name.trim() || undefined),
      'meta:profile',
    );
  }

  protected add(event: Event, box: HTMLInputElement): void {
    event.preventDefault();
    if (this.typed.add(box.value.trim())) box.value = '';
  }

  protected setIndexes(name: string, text: string): void {
    const indexes = text.split(/[\s,]+/).filter(Boolean);
    this.typed.change(name, { indexes });
  }
}
