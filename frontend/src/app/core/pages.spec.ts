import { NO_PAGES, morePages } from './pages';

/** A list of three pages. */
function list(asked: (string | null)[] = []) {
  return (after: string | null) => {
    asked.push(after);
    const number = after === null ? 1 : Number(after);
    return Promise.resolve({ items: [number], next: number < 3 ? String(number + 1) : null });
  };
}

describe('pages of a list', () => {
  it('are read from its beginning, so many as are wanted', async () => {
    expect(await morePages(list(), 2)).toEqual({ items: [1, 2], next: '3', count: 2 });
  });

  it('are read on from where one was, to the end and no further', async () => {
    const asked: (string | null)[] = [];
    const there = { items: [1], next: '2', count: 1 };
    expect(await morePages(list(asked), 9, there)).toEqual({
      items: [1, 2, 3],
      next: null,
      count: 3,
    });
    expect(asked).toEqual(['2', '3']);
  });

  it('come to nothing where nobody wants them any longer', async () => {
    expect(await morePages(() => Promise.resolve(null), 1, NO_PAGES)).toBeNull();
  });
});
