import { Point } from '../model/edits';
import { NODE_HEIGHT, NODE_WIDTH } from '../model/layout';

interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 48;
const BESIDE_MAP = 24;

/**
 * What is left free around a flow, both sides together and in its own measure, so that all of it is
 * seen: beside the map that lies in the corner, and not larger than it is.
 */
export function marginOf(
  view: Size,
  positions: ReadonlyMap<string, Point>,
  map: Size | undefined,
): Point {
  const flow = sizeOf([...positions.values()]);
  const plain = Math.min(scaleOf(view.width, flow.width), scaleOf(view.height, flow.height), 1);
  const [width, height] = [beside(view.width, map?.width), beside(view.height, map?.height)];
  const fits = flow.width * plain <= width || flow.height * plain <= height;
  const scale = fits ? plain : Math.min(plain, Math.max(width / flow.width, height / flow.height));
  if (scale <= 0) return { x: MARGIN, y: MARGIN };
  // A little more than what is there: what is exactly as large is left as it was.
  const around = { x: view.width / scale - flow.width, y: view.height / scale - flow.height };
  return { x: Math.max(MARGIN, around.x) + 1, y: Math.max(MARGIN, around.y) + 1 };
}

function sizeOf(points: readonly Point[]): Size {
  const spread = (places: readonly number[]): number => Math.max(...places) - Math.min(...places);
  if (points.length === 0) return { width: NODE_WIDTH, height: NODE_HEIGHT };
  return {
    width: spread(points.map(({ x }) => x)) + NODE_WIDTH,
    height: spread(points.map(({ y }) => y)) + NODE_HEIGHT,
  };
}

function scaleOf(room: number, length: number): number {
  return room / (length + MARGIN);
}

/** What is left of a length where the map has its part on both sides. */
function beside(room: number, map = 0): number {
  return map === 0 ? room : Math.max(1, room - 2 * (map + BESIDE_MAP));
}
