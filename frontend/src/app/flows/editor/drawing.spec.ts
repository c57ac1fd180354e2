import { FlowDocument, isDocument, places, read } from '../model/document';
import { Json } from '../model/json';
import { NODE_HEIGHT, NODE_WIDTH, laidOut } from '../model/layout';
import { Drawing } from './drawing';
import { marginOf } from './fitting';

const FLOW: Json = [
  { type: 'response', id: 'a', text: 'a' },
  { type: 'response', id: 'b', text: 'b' },
];

function opened(flow: Json): FlowDocument {
  const made = read(flow);
  if (!isDocument(made)) throw new Error(JSON.stringify(made));
  return made;
}

describe('the drawing', () => {
  const VIEW = { width: 900, height: 700 };
  const MAP = { width: 160, height: 112 };
  const grid = (columns: number, rows: number): Map<string, { x: number; y: number }> =>
    new Map(
      Array.from({ length: columns * rows }, (_, at) => [
        `n${at}`,
        { x: (at % columns) * 300, y: Math.floor(at / columns) * 200 },
      ]),
    );
  /** What the canvas makes of it: the scale, and what is free on each side. */
  const fitted = (
    positions: Map<string, { x: number; y: number }>,
    map?: typeof MAP,
  ): { scale: number; beside: number; below: number } => {
    const margin = marginOf(VIEW, positions, map);
    const points = [...positions.values()];
    const width = Math.max(...points.map(({ x }) => x)) + NODE_WIDTH;
    const height = Math.max(...points.map(({ y }) => y)) + NODE_HEIGHT;
    const scale = Math.min(VIEW.width / (width + margin.x), VIEW.height / (height + margin.y));
    const beside = (VIEW.width - width * scale) / 2;
    return { scale, beside, below: (VIEW.height - height * scale) / 2 };
  };

  it('has of a node its label, its id and what it is about', () => {
    const nodes = [
      ...places(opened([{ type: 'response', id: 'a', label: 'Saludo', text: 'Hola' }])),
    ];
    const around = {
      at: { x: 0, y: 0 },
      state: null,
      breakpoint: false,
      start: true,
      problem: null,
    };
    const [drawn] = new Drawing().of(
      nodes.map(([, { node }]) => node),
      () => around,
    );
    expect(drawn).toMatchObject({ name: 'Saludo', gist: 'a · Hola' });
  });

  it('leaves room at its edges', async () => {
    const all = [...(await laidOut(opened(FLOW))).values()];
    expect(Math.min(...all.flatMap(({ x, y }) => [x, y]))).toBe(48);
  });

  it.each([
    [1, 1],
    [1, 12],
    [8, 1],
    [6, 6],
    [3, 2],
  ])('of %i by %i nodes is seen whole, beside the map', (columns, rows) => {
    const { scale, beside, below } = fitted(grid(columns, rows), MAP);
    expect(scale).toBeLessThanOrEqual(1);
    expect(Math.min(beside, below)).toBeGreaterThan(0);
    expect(beside > MAP.width + 12 || below > MAP.height + 12).toBe(true);
  });

  it('is as large as it can be where there is no map', () => {
    expect(fitted(grid(6, 6)).scale).toBeGreaterThan(fitted(grid(6, 6), MAP).scale);
    expect(fitted(grid(6, 6), { width: 0, height: 0 })).toEqual(fitted(grid(6, 6)));
    expect(marginOf({ width: 0, height: 0 }, grid(1, 1), MAP)).toEqual({ x: 48, y: 48 });
  });
});
