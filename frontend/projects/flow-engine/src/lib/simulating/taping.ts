/** What came of the calls of a run, to be told again without anybody being called. */
import { looksSecret } from '../exporting';
import { isList, isObject, Json, JsonObject, mapped } from '../json-values';
import { concealed, SIM_ONLY } from '../leaking';
import { Tape, TapedCall } from './contracts';
import { withoutSecrets } from './keys';

/** JSON in which nothing stands that was typed in for the simulator, or that looks like a key. */
export function cleanTape(tape: Tape, secrets: readonly string[]): Tape {
  return cleaned(concealed(tape as unknown as Json), secrets) as unknown as Tape;
}

function cleaned(value: Json, secrets: readonly string[]): Json {
  if (typeof value === 'string') {
    const shown = withoutSecrets(value, secrets);
    return looksSecret(shown) ? SIM_ONLY : shown;
  }
  if (isList(value)) return value.map((each) => cleaned(each, secrets));
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(
    ([name, each]) => [withoutSecrets(name, secrets), cleaned(each, secrets)] as const,
  );
  return Object.fromEntries(members);
}

/** From what somebody opened: undefined for what is no tape. */
export function readTape(sent: unknown): Tape | undefined {
  if (!isObject(sent) || sent['tape'] !== 1 || !isObject(sent['calls'])) return undefined;
  const calls = mapped(sent['calls'], (each) => (isTaped(each) ? each : undefined));
  const inputs: JsonObject = isObject(sent['inputs']) ? sent['inputs'] : {};
  return { tape: 1, inputs, calls: calls as unknown as Readonly<Record<string, TapedCall>> };
}

function isTaped(call: Json): boolean {
  if (!isObject(call) || !isList(call['deltas']) || !isObject(call['outcome'])) return false;
  const { kind, code } = call['outcome'];
  return (
    ['agent_call', 'rest_call', 'ask'].some((each) => each === call['kind']) &&
    (kind === 'ok' || (kind === 'failed' && typeof code === 'string')) &&
    call['deltas'].every((each) => typeof each === 'string')
  );
}
