import { Exchange } from '@eira/agents-client';
import type { ShownTurn } from './turn';

/** What a flow asks and waits with; `key` is that of the execution of its node. */
export interface Asked {
  readonly text: string;
  readonly key: string;
}

/** What one execution of a node has said since somebody answered last. */
export interface Piece {
  readonly node: string;
  readonly text: string;
  readonly attempt: number;
}

/** A node of a flow says this, after what it has said of the same attempt. */
export function saidBy(turn: ShownTurn, node: string, text: string, attempt: number): ShownTurn {
  const begun = turn.pieces.find((piece) => piece.node === node);
  const said = { node, text: begun?.attempt === attempt ? begun.text + text : text, attempt };
  if (!begun) return withPieces(turn, [...turn.pieces, said]);
  return withPieces(
    turn,
    turn.pieces.map((piece) => (piece === begun ? said : piece)),
  );
}

/** What this node alone has said is void. */
export function voided(turn: ShownTurn, node: string): ShownTurn {
  return withPieces(
    turn,
    turn.pieces.map((piece) => (piece.node === node ? { ...piece, text: '' } : piece)),
  );
}

/** Several branches may ask; the first that did is answered first. */
export function asking(turn: ShownTurn, asked: Asked): ShownTurn {
  const known = turn.asking.some(({ key }) => key === asked.key);
  return known ? turn : { ...turn, asking: [...turn.asking, asked] };
}

/** Somebody has answered what a flow asked: with what, may only be known to who did. */
export function answered(turn: ShownTurn, told: string, node: string | null): ShownTurn {
  const { message: first, text } = turn;
  const message = told || (turn.answering ?? '');
  const before = turn.exchanges.length ? turn.exchanges : [{ message: first, text }];
  return {
    ...turn,
    exchanges: [...before, { message, text: '' }],
    pieces: [],
    asking: turn.asking.filter(({ key }) => key !== node),
    answering: null,
  };
}

/** As the server joins them when it stores the turn. */
function withPieces(turn: ShownTurn, pieces: readonly Piece[]): ShownTurn {
  const text = joined(pieces);
  const last = turn.exchanges.at(-1);
  if (!last) return { ...turn, pieces, text };
  const exchanges = [...turn.exchanges.slice(0, -1), { ...last, text }];
  return { ...turn, pieces, exchanges, text: joined(exchanges) };
}

function joined(said: readonly Pick<Exchange, 'text'>[]): string {
  return said
    .map(({ text }) => text)
    .filter((text) => text.trim())
    .join('\n\n');
}
