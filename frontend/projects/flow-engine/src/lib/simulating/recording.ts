/** What is known of each execution of a node, for who watches a simulation. */
import { nodeOf } from '../flow';
import type { Program } from '../graph';
import type { Told } from '../interpreting';
import { isObject, Json, JsonObject, mapped, Variables } from '../json-values';
import type { FlowAction } from '../running';
import type { NodeRecord, Source } from './contracts';

/** What a node is given, as far as it may be seen: no keys. */
export function inputOf(program: Program, id: string): Json {
  const { form } = nodeOf(program.flow, id);
  if (form.type === 'credential_profile') return { profile: form.profile };
  if (form.type === 'agent_call') return form.call;
  return mapped(JSON.parse(JSON.stringify(form)) as JsonObject, (each, name) =>
    name === 'type' ? undefined : each,
  );
}

/** What is done for it. */
export function givenTo(action: FlowAction): Json {
  switch (action.kind) {
    case 'agent_call':
      return action.request;
    case 'rest_call': {
      const { method, url, headers, body } = action;
      return { method, url, headers: { ...headers }, body };
    }
    case 'secure_value':
      return { source: action.source, alias: action.alias, mode: action.mode };
    case 'say':
    case 'ask':
      return { text: action.text, citations: action.citations };
  }
}

/** Tokens of an answer, where it says how many. */
export function tokensOf(output: Json | undefined): number | undefined {
  const usage = isObject(output) ? output['usage'] : undefined;
  if (!isObject(usage)) return undefined;
  const { totalTokens, promptTokens, completionTokens } = usage;
  if (typeof totalTokens === 'number') return totalTokens;
  return typeof promptTokens === 'number' && typeof completionTokens === 'number'
    ? promptTokens + completionTokens
    : undefined;
}

/** Records by key, in the order in which nodes began. */
export class Records {
  private readonly byKey = new Map<string, NodeRecord>();
  private readonly begun = new Map<string, number>();

  constructor(
    private readonly program: Program,
    private readonly now: () => number,
  ) {}

  get all(): NodeRecord[] {
    return [...this.byKey.values()];
  }

  begin({ key, node }: Told): NodeRecord {
    this.begun.set(key, this.now());
    const { type } = nodeOf(this.program.flow, node);
    const input = inputOf(this.program, node);
    return this.put({ key, node, type, status: 'running', source: 'rules', input });
  }

  act(action: FlowAction): NodeRecord | undefined {
    const record = this.byKey.get(action.key);
    const profile = 'profile' in action ? { profile: action.profile } : {};
    return record && this.put({ ...record, input: givenTo(action), ...profile });
  }

  /** By whom an action was answered, and with what. */
  answer(key: string, source: Source, output?: Json): void {
    const record = this.byKey.get(key);
    if (record) this.put({ ...record, source, ...(output !== undefined && { output }) });
  }

  end(event: Told, variables: Variables): NodeRecord | undefined {
    const record = this.byKey.get(event.key);
    if (record === undefined) return undefined;
    const saved = event.saveAs === null ? undefined : variables[event.saveAs];
    const output = event.output ?? saved ?? record.output;
    const tokens = tokensOf(output) ?? tokensOf(record.output);
    return this.put({
      ...record,
      status: event.status === 'failed' ? 'failed' : 'done',
      variables,
      durationMs: this.now() - (this.begun.get(event.key) ?? this.now()),
      ...(output !== undefined && { output }),
      ...(tokens !== undefined && { tokens }),
    });
  }

  /** Nothing comes any more of what is under way. */
  giveUp(): NodeRecord[] {
    const left = this.all.filter(({ status }) => status === 'running');
    return left.map((record) => {
      const durationMs = this.now() - (this.begun.get(record.key) ?? this.now());
      return this.put({ ...record, status: 'stopped', durationMs });
    });
  }

  private put(record: NodeRecord): NodeRecord {
    this.byKey.set(record.key, record);
    return record;
  }
}
