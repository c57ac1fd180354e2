import { blocksOf } from './render';

type Render = (source: string) => DocumentFragment;

/** Shows a text that grows: blocks that are complete are rendered once, only the last one anew. */
export class GrowingText {
  private source = '';
  private settled = 0;
  private last: HTMLElement | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly render: Render,
  ) {}

  show(source: string): void {
    if (source === this.source) return;
    if (!source.startsWith(this.source)) this.reset();
    this.source = source;
    const blocks = blocksOf(source.slice(this.settled));
    blocks.forEach((block, at) => {
      this.put(block);
      if (at < blocks.length - 1) this.complete(block);
    });
  }

  /** Nothing more comes: what is there is as high as it is. */
  settle(): void {
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
    this.root.style.minHeight = `${this.root.offsetHeight}px`;
    this.source = '';
    this.settled = 0;
    this.last = null;
    this.root.replaceChildren();
  }

  private put(block: string): void {
    if (this.last === null) {
      this.last = document.createElement('div');
      this.last.className = 'md-block';
      this.root.append(this.last);
    }
    this.last.replaceChildren(this.render(block));
  }

  private complete(block: string): void {
    this.settled = this.source.indexOf(block, this.settled) + block.length;
    this.last = null;
  }
}
