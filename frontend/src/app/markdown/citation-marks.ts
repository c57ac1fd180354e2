import { Citation } from '@eira/agents-client';

const MARK = /\[(\d{1,2})\]/g;
const CLASS = 'cite';

/** Makes buttons of the marks `[1]` in a text, save in code and in links. */
export function markCitations(fragment: DocumentFragment): void {
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) {
    const text = walker.currentNode as Text;
    if (/\[\d/.test(text.data) && !text.parentElement?.closest('code, pre, a')) texts.push(text);
  }
  for (const text of texts) text.replaceWith(...piecesOf(text.data));
}

/** Tells the marks below `root` what they stand for; one that stands for nothing is no button. */
export function tellMarks(
  root: ParentNode,
  citations: readonly Citation[],
  name: (citation: Citation) => string,
): void {
  for (const mark of root.querySelectorAll<HTMLButtonElement>(`button.${CLASS}`)) {
    const citation = citations.find(({ number }) => String(number) === mark.dataset['number']);
    mark.disabled = citation === undefined;
    mark.classList.toggle('unverified', citation?.verified === false);
    if (citation) mark.ariaLabel = name(citation);
    else mark.ariaLabel = null;
  }
}

/** The number of the mark that was clicked; null for a click on something else. */
export function markAt(target: EventTarget | null): number | null {
  const mark = target instanceof Element ? target.closest<HTMLElement>(`button.${CLASS}`) : null;
  return mark ? Number(mark.dataset['number']) : null;
}

function piecesOf(text: string): (string | HTMLElement)[] {
  const pieces: (string | HTMLElement)[] = [];
  let from = 0;
  for (const found of text.matchAll(MARK)) {
    const before = text.slice(from, found.index).trimEnd();
    const word = /\S*$/.exec(before)?.[0] ?? '';
    pieces.push(before.slice(0, before.length - word.length), together(word, found[1] ?? ''));
    from = found.index + found[0].length;
  }
  return [...pieces, text.slice(from)];
}

/** A mark does not stand alone at the beginning of a line. */
function together(word: string, number: string): HTMLElement {
  const span = document.createElement('span');
  span.className = 'cited';
  span.append(word, markOf(number));
  return span;
}

function markOf(number: string): HTMLElement {
  const mark = document.createElement('button');
  mark.type = 'button';
  mark.className = CLASS;
  mark.dataset['number'] = number;
  mark.textContent = number;
  mark.disabled = true;
  return mark;
}
