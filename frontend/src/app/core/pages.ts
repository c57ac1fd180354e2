/** A page of a list as a server answers it; `next` is where the following one begins. */
interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | null;
}

/** The pages of a list that are there, from its beginning. */
export interface Pages<T> {
  readonly items: readonly T[];
  /** Null where there is nothing more. */
  readonly next: string | null;
  readonly count: number;
}

export const NO_PAGES: Pages<never> = { items: [], next: null, count: 0 };

/** So many more pages behind those that are there; `read` ends it at once by giving null. */
export async function morePages<T>(
  read: (after: string | null) => Promise<Page<T>>,
  more: number,
  there?: Pages<T>,
): Promise<Pages<T>>;
export async function morePages<T>(
  read: (after: string | null) => Promise<Page<T> | null>,
  more: number,
  there?: Pages<T>,
): Promise<Pages<T> | null>;
export async function morePages<T>(
  read: (after: string | null) => Promise<Page<T> | null>,
  more: number,
  there: Pages<T> = NO_PAGES,
): Promise<Pages<T> | null> {
  let { items, next, count } = there;
  do {
    const page = await read(next);
    if (page === null) return null;
    items = [...items, ...page.items];
    next = page.next ?? null;
    count += 1;
  } while (next !== null && count < there.count + more);
  return { items, next, count };
}
