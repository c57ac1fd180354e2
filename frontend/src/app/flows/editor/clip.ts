import { Injectable, inject, signal } from '@angular/core';
import { removeNodes } from '../model/edits';
import { copied, pasteable, pasted } from '../model/clipboard';
import { FlowEditor } from './flow-editor';

/** Copies, cuts and pastes nodes as JSON: into the same flow, another one, or a text. */
@Injectable()
export class Clip {
  private readonly editor = inject(FlowEditor);
  /** The key of what to tell, and of how many nodes. */
  readonly said = signal<{ readonly key: string; readonly count: number } | null>(null);

  /** What is chosen, as text; null for nothing. */
  copy(): string | null {
    const text = copied(this.editor.document(), new Set(this.editor.chosen()));
    if (text !== null) this.tell('copied', this.editor.chosen().length);
    return text;
  }

  cut(): string | null {
    const text = this.copy();
    const keys = new Set(this.editor.chosen());
    if (text !== null) this.editor.edit((document) => removeNodes(document, keys));
    return text;
  }

  paste(text: string): boolean {
    const from = pasteable(text, this.editor.keys());
    if (from === null) {
      this.tell('unpasteable', 0);
      return false;
    }
    const after = this.editor.chosen().at(-1) ?? null;
    const made = this.editor.make((document) => pasted(document, from, after));
    this.tell('pasted', made.length);
    return true;
  }

  /** What is chosen once more, beside itself. */
  duplicate(): void {
    const text = copied(this.editor.document(), new Set(this.editor.chosen()));
    if (text !== null) this.paste(text);
  }

  private tell(key: string, count: number): void {
    this.said.set({ key: `flows.clip.${key}`, count });
  }
}
