import DOMPurify from 'dompurify';
import { Marked, Token, Tokens } from 'marked';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}

const markdown = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    // Shown as it was written: nothing that a model says becomes an element of its choice.
    html: ({ text }) => escaped(text),
    // An image would tell its server what is in its address.
    image: ({ text, href }) => escaped(text || href),
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    // The page has its own headings above those of an answer.
    heading({ tokens, depth }) {
      const level = Math.min(depth + 2, 6);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
  },
});

const ADDRESS = /^(?:https?:\/\/|mailto:)/i;

/** An address that a person may be led to; null for none, and for one that would do something. */
export function leadsTo(url: string | null | undefined): string | null {
  return url && ADDRESS.test(url) ? url : null;
}

const ALLOWED = {
  ALLOWED_TAGS: [
    ...['p', 'br', 'hr', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'a', 'ul', 'ol', 'li'],
    ...['h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'align', 'start'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // These are no addresses, and are not held to what addresses are.
  ADD_URI_SAFE_ATTR: ['align', 'start'],
  ALLOWED_URI_REGEXP: ADDRESS,
  RETURN_DOM_FRAGMENT: true,
} as const;

/** Part of a text that is shown by itself. */
export interface Block {
  /** As it was written. */
  readonly raw: string;
  /** What it is called by elsewhere, where it is the definition of a link: `[tag]: address`. */
  readonly defines: string | null;
}

/** The blocks of a text; the last one may go on. */
export function blocksOf(source: string): Block[] {
  return markdown
    .lexer(source)
    .filter((token: Token) => token.type !== 'space')
    .map((token: Token) => ({
      raw: token.raw,
      defines: token.type === 'def' ? (token as Tokens.Def).tag : null,
    }));
}

/**
 * What a person sees of Markdown: no element of its author's, no image, links to the web only.
 * `definitions` are those of links that are elsewhere in the text.
 */
export function rendered(source: string, definitions = ''): DocumentFragment {
  const html = markdown.parse(definitions ? `${definitions}\n\n${source}` : source, {
    async: false,
  });
  const fragment = DOMPurify.sanitize(html, {
    ...ALLOWED,
    ALLOWED_TAGS: [...ALLOWED.ALLOWED_TAGS],
    ALLOWED_ATTR: [...ALLOWED.ALLOWED_ATTR],
    ADD_URI_SAFE_ATTR: [...ALLOWED.ADD_URI_SAFE_ATTR],
  });
  for (const link of fragment.querySelectorAll('a')) {
    if (!link.hasAttribute('href')) {
      // What leads nowhere does not look as if it did.
      link.replaceWith(...link.childNodes);
      continue;
    }
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
  }
  for (const table of fragment.querySelectorAll('table')) scrollable(table);
  return fragment;
}

/** A wide table moves within the answer, not the page; by keys, too. */
function scrollable(table: HTMLTableElement): void {
  const frame = document.createElement('div');
  frame.className = 'md-table';
  frame.tabIndex = 0;
  table.replaceWith(frame);
  frame.append(table);
}

/** The words of Markdown without its signs, as far as a piece cut from a text tells them. */
export function wordsOf(source: string): string {
  const fragment = rendered(source);
  for (const end of fragment.querySelectorAll('br')) end.replaceWith(' ');
  // Signs whose other half was cut off.
  return fragment.textContent.replaceAll('**', '').replace(/\s+/g, ' ').trim();
}
