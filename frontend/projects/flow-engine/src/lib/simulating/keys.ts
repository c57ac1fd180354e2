/** Keys and values that were typed in for the simulator. They are in memory, and nowhere else. */
import { isList, isObject, Json, lengthOf } from '../json-values';
import { LIMITS } from '../language';
import { SIM_ONLY } from '../leaking';
import type { CallAgent, CallRest } from '../running';
import type { ProfileKeys, SecureMocks, ToolKeys } from './contracts';

/** The one header that keys go to the backend in: JSON by tool, as base64url of UTF-8. */
export const CREDENTIALS_HEADER = 'X-Sim-Credentials';

/** What a page may set before a simulation is run. */
interface Globals {
  readonly SIM_CREDENTIAL_PROFILES?: ProfileKeys;
  readonly SIM_SECURE_MOCKS?: SecureMocks;
}

/** Keys of nodes go before those of the panel, and these before those of the page. */
export class Keys {
  private readonly ofNodes = new Map<string, ToolKeys>();

  constructor(
    private readonly profiles: ProfileKeys = {},
    private readonly secureMocks: SecureMocks = {},
    private readonly typedIn: readonly string[] = [],
    private readonly page: Globals = globalThis as Globals,
  ) {}

  /** What a `credential_profile` says holds from there on. */
  learn(profile: string, keys: ToolKeys): void {
    this.ofNodes.set(profile, { ...this.ofNodes.get(profile), ...keys });
  }

  /** Keys by tool, without those that are empty. */
  of(profile: string): ToolKeys {
    const every = {
      ...this.page.SIM_CREDENTIAL_PROFILES?.[profile],
      ...this.profiles[profile],
      ...this.ofNodes.get(profile),
    };
    return Object.fromEntries(Object.entries(every).filter(([, key]) => key !== ''));
  }

  secureValue(alias: string): string | undefined {
    return this.secureMocks[alias] ?? this.page.SIM_SECURE_MOCKS?.[alias];
  }

  /** All that must not leave; the longest hide those within them. */
  secrets(): string[] {
    const profiles = [this.page.SIM_CREDENTIAL_PROFILES ?? {}, this.profiles];
    const keys = [...profiles.flatMap((each) => Object.values(each)), ...this.ofNodes.values()];
    const mocks = [this.page.SIM_SECURE_MOCKS ?? {}, this.secureMocks];
    const every = [
      ...keys.flatMap((each) => Object.values(each)),
      ...mocks.flatMap((each) => Object.values(each)),
      ...this.typedIn,
    ];
    return [...new Set(every)]
      .filter((each) => lengthOf(each) >= LIMITS.leastSecret)
      .sort((left, right) => right.length - left.length);
  }
}

export function headersOf(keys: ToolKeys): Readonly<Record<string, string>> {
  const bytes = new TextEncoder().encode(JSON.stringify(keys));
  const text = btoa(String.fromCharCode(...bytes));
  const written = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return { [CREDENTIALS_HEADER]: written };
}

/** Which of a profile's keys the call needs; another host than a model's or search's needs none. */
export function toolsNeeded(action: CallAgent | CallRest): string[] {
  if (action.kind === 'rest_call') return Object.keys(action.credentials);
  const { request } = action;
  const profile = request['agent_profile'] ?? request['agent'];
  const named = [request['tools'], request['tooling']].flatMap((each) =>
    isList(each) ? each : [],
  );
  const tools = named.map((tool) => (isObject(tool) ? tool['name'] : tool));
  const searches = profile === 'rag' || profile === 'retrieval' || tools.includes('ai_search');
  const needed = profile === 'retrieval' ? [] : [modelTool(request['model'])];
  return searches ? [...needed, 'ai_search'] : needed;
}

function modelTool(model: Json | undefined): string {
  const provider = isObject(model) ? model['provider'] : undefined;
  return provider === 'anthropic' || provider === 'google' ? provider : 'openai';
}

/** The same without anything that must not leave. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, SIM_ONLY), text);
}
