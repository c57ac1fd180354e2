/** Does what a flow wants done: made up, from a tape, or by the backend. */
import { encoded } from '../calling';
import { nodeOf } from '../flow';
import type { Program } from '../graph';
import { isObject, Json } from '../json-values';
import { LANGUAGE, Language } from '../language';
import { SIM_ONLY } from '../leaking';
import type { CallAgent, CallRest, Failed, FlowOutcome, SealValue } from '../running';
import type { Backend, Calls, Mocks, Source, Tape, ToolKeys } from './contracts';
import { headersOf, Keys, suffices } from './keys';
import { mockOf } from './mocks';
import { SimulatorCode, told } from './wording';

export type Performed = CallAgent | CallRest | SealValue;

/** What is there for doing it. `notice` tells why something was made up after all. */
export interface World {
  readonly program: Program;
  readonly language: Language;
  readonly keys: Keys;
  readonly calls: Calls;
  readonly mocks: Mocks;
  readonly backend?: Backend;
  readonly tape?: Tape;
  readonly signal: AbortSignal;
  readonly tell: (action: Performed, text: string) => void;
  readonly notice: (action: Performed, code: SimulatorCode, detail?: string, more?: string) => void;
}

export interface Result {
  readonly outcome: FlowOutcome;
  readonly source: Source;
}

export async function perform(world: World, action: Performed): Promise<Result> {
  if (action.kind === 'secure_value') return { outcome: ok(sealed(world, action)), source: 'mock' };
  const taped = world.tape?.calls[action.key];
  if (taped !== undefined) {
    await streamed(taped.deltas, (text) => world.tell(action, text));
    return { outcome: taped.outcome, source: 'tape' };
  }
  if (world.tape !== undefined) world.notice(action, 'not_on_tape');
  const headers = world.tape === undefined ? headersFor(world, action) : undefined;
  return headers === undefined || world.backend === undefined
    ? madeUp(world, action)
    : called(world, world.backend, action, headers);
}

function ok(value: Json): FlowOutcome {
  return { kind: 'ok', value };
}

/** A value of the simulator, which never leaves it. */
function sealed({ keys, program }: World, { alias, mode, node }: SealValue): Json {
  if (mode === 'opaque') {
    return { value: `h_dev_${alias}`, [LANGUAGE.simOnly.meta]: { simOnly: true } };
  }
  const { form } = nodeOf(program.flow, node);
  const typed = form.type === 'secure_value' ? form.value : undefined;
  const value = keys.secureValue(alias) ?? typed ?? `mock-${alias}`;
  return { value, [LANGUAGE.simOnly.meta]: { simOnly: true, mock: true } };
}

/** What the call is made with; undefined where it is to be made up. */
function headersFor(
  world: World,
  action: CallAgent | CallRest,
): Readonly<Record<string, string>> | undefined {
  const leak = leakOf(world, action);
  if (leak !== undefined) {
    world.notice(action, 'leak', leak);
    return undefined;
  }
  const isMocked = mockFor(world.mocks, action) !== undefined;
  if (world.calls === 'mocks' || isMocked) return undefined;
  const keys = world.keys.of(action.profile);
  const named = Object.keys(keys).length > 0;
  if (world.calls === 'auto' && !named) {
    tellOfOthers(world, action);
    return undefined;
  }
  const why = refusal(world, action, named, keys);
  if (why !== undefined) {
    world.notice(
      action,
      why,
      action.profile,
      why === 'keys_missing' ? unknownIn(world, action) : '',
    );
    return undefined;
  }
  return headersOf(keys, action);
}

/** Somebody has typed in keys, and may wonder why they are not used. */
function tellOfOthers(world: World, action: CallAgent | CallRest): void {
  const others = world.keys.holders();
  if (others.length === 0) return;
  const more = told('keys_of', world.language, others.join(', '));
  world.notice(action, 'keys_elsewhere', action.profile, more);
}

function unknownIn({ keys, language }: World, { profile }: CallAgent | CallRest): string {
  const names = keys.unknown(profile);
  return names.length > 0 ? told('keys_unknown', language, names.join(', ')) : '';
}

function refusal(
  { backend, calls }: World,
  action: CallAgent | CallRest,
  named: boolean,
  keys: ToolKeys,
): SimulatorCode | undefined {
  if (backend === undefined) return 'backend_missing';
  if (named && !backend.takesCredentials) return 'keys_refused';
  return calls === 'auto' && !suffices(keys, action) ? 'keys_missing' : undefined;
}

/** Where something stands that must not leave. */
function leakOf({ keys }: World, action: CallAgent | CallRest): string | undefined {
  if (action.leaks.length > 0) return action.leaks.join(' ');
  const sent = JSON.stringify(action);
  const secrets = [SIM_ONLY, ...keys.secrets()];
  const written = secrets.flatMap((each) => [JSON.stringify(each).slice(1, -1), encoded(each)]);
  return written.some((each) => sent.includes(each)) ? '/' : undefined;
}

function mockFor({ nodes }: Mocks, action: CallAgent | CallRest): Json | undefined {
  return nodes?.[action.key] ?? nodes?.[action.node];
}

async function madeUp(world: World, action: CallAgent | CallRest): Promise<Result> {
  const { program, mocks, language } = world;
  const node = nodeOf(program.flow, action.node);
  const value =
    mockFor(mocks, action) ?? mockOf(program, node, action, mocks.tools ?? {}, language);
  const failed = isObject(value) ? value['failed'] : undefined;
  if (isObject(failed)) return { outcome: failedAs(failed), source: 'mock' };
  const text = isObject(value) && typeof value['text'] === 'string' ? value['text'] : '';
  await streamed(text.match(/\S+\s*|\s+/g) ?? [], (piece) => world.tell(action, piece));
  return { outcome: ok(value), source: 'mock' };
}

function failedAs({ code, message, retryable }: Readonly<Record<string, Json>>): Failed {
  return {
    kind: 'failed',
    code: typeof code === 'string' ? code : 'INTERNAL',
    message: typeof message === 'string' ? message : '',
    retryable: retryable === true,
  };
}

/** Piece by piece, as an answer comes: who listens may do something in between. */
async function streamed(pieces: readonly string[], tell: (text: string) => void): Promise<void> {
  for (const piece of pieces) {
    tell(piece);
    await Promise.resolve();
  }
}

async function called(
  world: World,
  backend: Backend,
  action: CallAgent | CallRest,
  headers: Readonly<Record<string, string>>,
): Promise<Result> {
  const { signal, language } = world;
  const about = { headers, signal, tell: (text: string) => world.tell(action, text) };
  try {
    const outcome =
      action.kind === 'agent_call'
        ? await backend.callAgent({ action, ...about })
        : await backend.callRest({ action, ...about });
    return { outcome, source: 'backend' };
  } catch {
    // What was thrown may hold a request: nothing of it is told.
    const message = told('backend_failed', language);
    return { outcome: { kind: 'failed', code: 'backend_failed', message }, source: 'backend' };
  }
}
