import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  computed,
  inject,
  output,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../../chat/error-card';
import { FlowChecks } from '../editor/checks';
import { FlowEditor } from '../editor/flow-editor';
import { NodeKey, places } from '../model/document';
import { setField, setMeta } from '../model/edits';
import { Json, Path, isObject, textOf } from '../model/json';
import { badgesOf, kindOf, nameOf } from '../model/kinds';
import { linksOf } from '../model/links';
import { variablesAt } from '../model/scope';
import { FlowIcon } from '../flow-icon';
import { FieldView } from './field-view';
import { Field, fieldsOf } from './fields';
import { Groups, groupsOf } from './groups';
import { NodeLinks } from './node-links';
import { Subject, fieldId, problemsAt } from './subject';
import { Vocabulary } from './vocabulary';

const NAMED = new Set(['id', 'label']);

/** Shows and changes what is chosen: a node's fields as its schema has them, or the flow's own. */
@Component({
  selector: 'eira-flow-inspector',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, FieldView, FlowIcon, NodeLinks, TranslocoDirective],
  templateUrl: './inspector.html',
  styleUrl: './inspector.css',
  encapsulation: ViewEncapsulation.None,
})
export class Inspector {
  protected readonly editor = inject(FlowEditor);
  /** Somebody wants to choose what goes into a block. */
  readonly filling = output();
  private readonly checks = inject(FlowChecks);
  protected readonly vocabulary = inject(Vocabulary);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  protected readonly fields = computed(() => {
    const key = this.editor.current();
    return key ? (places(this.editor.document()).get(key)?.node.fields ?? null) : null;
  });
  protected readonly kind = computed(() => {
    const fields = this.fields();
    return fields ? kindOf(fields) : null;
  });
  protected readonly badges = computed(() => {
    const fields = this.fields();
    return fields ? badgesOf(fields) : [];
  });
  private readonly schema = computed(() => {
    const kind = this.kind();
    return kind ? this.vocabulary.schemaOf(kind) : null;
  });
  private readonly all = computed((): readonly Field[] => {
    const schema = this.schema();
    return schema ? fieldsOf(schema) : [];
  });
  protected readonly named = computed(() => this.all().filter(({ name }) => NAMED.has(name)));
  protected readonly groups = computed((): Groups | null => {
    const [kind, node, schema] = [this.kind(), this.fields(), this.schema()];
    if (!kind || !node || !schema) return null;
    const others = this.all().filter(({ name }) => !NAMED.has(name));
    return groupsOf(kind, others, schema, node);
  });
  protected readonly metaFields = computed(() => {
    const schema = this.vocabulary.schemaOfMeta();
    return schema ? fieldsOf(schema) : [];
  });
  private readonly key = computed((): NodeKey | null => this.editor.current());
  /** The line that is chosen, by the names of what it joins. */
  protected readonly link = computed(() => {
    const document = this.editor.document();
    const chosen = this.editor.selection();
    const link = linksOf(document).find(({ key }) => chosen.has(key));
    const from = places(document).get(link?.from ?? '');
    const to = places(document).get(link?.to ?? '');
    if (!link || !from || !to) return null;
    const [name, other] = [nameOf(from.node.fields), nameOf(to.node.fields)];
    return { from: name, to: other, port: link.port, kind: kindOf(from.node.fields) };
  });
  /** One for each node, so that its fields begin anew with another. */
  protected readonly subjects = computed((): readonly Subject[] => [this.subjectOf(this.key())]);
  protected readonly whole = computed(() => {
    const key = this.key();
    return key ? problemsAt(this.checks.of(key), [], false) : this.ofFlow([]);
  });

  /** Puts the focus into the field, or into the first one that leads to it. */
  focus(field: readonly string[]): void {
    const subject = this.subjects()[0];
    if (!subject) return;
    for (let length = field.length; length > 0; length -= 1) {
      const found = document.getElementById(fieldId(subject, field.slice(0, length)));
      if (!found) continue;
      for (
        let at = found.closest('details');
        at;
        at = at.parentElement?.closest('details') ?? null
      ) {
        at.open = true;
      }
      found.focus();
      return;
    }
    this.element.querySelector<HTMLElement>('h2')?.focus();
  }

  private subjectOf(key: NodeKey | null): Subject {
    return {
      id: key ?? 'flow',
      value: computed((): Json => {
        const place = key === null ? undefined : places(this.editor.document()).get(key);
        if (place) return place.node.fields;
        const meta = this.editor.document().members?.['meta'];
        return isObject(meta) ? meta : {};
      }),
      problems: computed(() => (key === null ? this.ofFlow(['meta']) : this.checks.of(key))),
      variables: computed(() => (key === null ? [] : variablesAt(this.editor.document(), key))),
      set: (path: Path, value: Json | undefined): void => {
        const about = `${key ?? 'meta'}:${path.join('/')}`;
        const kept = path.length === 1 && path[0] === 'id' ? textOf(value) || undefined : value;
        this.editor.edit(
          (document) =>
            key === null ? setMeta(document, path, kept) : setField(document, key, path, kept),
          about,
        );
      },
    };
  }

  /** Of no node; below `within`, which their fields leave out. */
  private ofFlow(within: readonly string[]): ReturnType<FlowChecks['of']> {
    return this.checks
      .problems()
      .filter(({ target }) => target.node === null && target.edge === null)
      .filter(({ target: { field } }) => within.every((each, index) => field[index] === each))
      .map((each) => ({
        ...each,
        target: { ...each.target, field: each.target.field.slice(within.length) },
      }));
  }
}
