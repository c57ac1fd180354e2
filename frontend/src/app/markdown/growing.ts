import { Block, blocksOf } from './render';

type Render = (source: string, definitions: string) => DocumentFragment;

interface Shown {
  readonly element: HTMLElement;
  readonly source: string;
}

/** Shows a text that grows: blocks that are complete are rendered once, only the last one anew. */
export class GrowingText {
  private source = '';
  private settled = 0;
  private shown: Shown[] = [];
  /** The definitions of links, by what they are called. */
  private readonly definitions = new Map<string, string>();
  /** The last block is complete. */
  private complete = true;
  private grows = true;

  constructor(
    private readonly root: HTMLElement,
    private readonly render: Render,
  ) {}

  show(text: string): void {
    // Blocks are told with these ends of lines, and looked up in the text by what they are.
    const source = text.replace(/\r\n?/g, '\n');
    if (source === this.source) return;
    if (!source.startsWith(this.source)) this.reset();
    this.source = source;
    const blocks = blocksOf(source.slice(this.settled));
    for (const block of blocks) this.define(block);
    blocks.forEach((block, at) => {
      this.put(block.raw);
      if (at < blocks.length - 1) this.end(block.raw);
    });
  }

  /** More is to come (again). */
  grow(): void {
    this.grows = true;
  }

  /** Nothing more comes: what is there is as high as it is, also when it is rendered anew. */
  settle(): void {
    this.grows = false;
    this.root.style.minHeight = '';
  }

  /** Renders everything anew, for what is beside the text has changed. */
  again(): void {
    const { source } = this;
    this.reset();
    this.show(source);
  }

  /** The height stays until there is as much again: what is below does not jump up and down. */
  private reset(): void {
    if (this.grows) this.root.style.minHeight = `${this.root.offsetHeight}px`;
    this.source = '';
    this.settled = 0;
    this.shown = [];
    this.complete = true;
    this.definitions.clear();
    this.root.replaceChildren();
  }

  private put(source: string): void {
    const element = this.complete ? this.begun() : (this.shown.pop()?.element ?? this.begun());
    this.complete = false;
    this.shown.push({ element, source });
    this.fill({ element, source });
  }

  private begun(): HTMLElement {
    const element = document.createElement('div');
    element.className = 'md-block';
    this.root.append(element);
    return element;
  }

  private fill({ element, source }: Shown): void {
    const definitions = [...this.definitions.values()].join('\n');
    element.replaceChildren(this.render(source, source.includes('[') ? definitions : ''));
  }

  /** What comes after the blocks that it is used in: these are rendered anew. */
  private define({ raw, defines }: Block): void {
    if (defines === null || this.definitions.get(defines) === raw.trim()) return;
    this.definitions.set(defines, raw.trim());
    for (const each of this.shown) {
      if (each.source.toLowerCase().includes(`[${defines}]`)) this.fill(each);
    }
  }

  private end(block: string): void {
    this.settled = this.source.indexOf(block, this.settled) + block.length;
    this.complete = true;
  }
}
