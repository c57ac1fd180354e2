/** Keys and values that were typed in for the simulator. They are in memory, and nowhere else. */
import { profileIn, searches } from '../calling-forms';
import { isObject, Json, lengthOf } from '../json-values';
import { LANGUAGE, LIMITS } from '../language';
import { SIM_ONLY } from '../leaking';
import type { CallAgent, CallRest } from '../running';
import type { ProfileKeys, SecureMocks, ToolKeys } from './contracts';

/** The one header that keys go to the backend in: JSON by tool. */
export const CREDENTIALS_HEADER = LANGUAGE.keys.header;

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

  /** Keys by tool as the backend calls it, without those that are empty. */
  of(profile: string): ToolKeys {
    const every = {
      ...this.page.SIM_CREDENTIAL_PROFILES?.[profile],
      ...this.profiles[profile],
      ...this.ofNodes.get(profile),
    };
    const said = Object.entries(every).filter(([, key]) => key !== '');
    const { otherNames } = LANGUAGE.keys;
    return Object.fromEntries(said.map(([tool, key]) => [otherNames[tool] ?? tool, key]));
  }

  /** Of a profile's keys those that no tool is called by: nothing comes of them. */
  unknown(profile: string): string[] {
    return Object.keys(this.of(profile)).filter((name) => !LANGUAGE.keys.tools.includes(name));
  }

  /** The profiles that somebody has typed in keys for. */
  holders(): string[] {
    const every = new Set([...Object.keys(this.profiles), ...this.ofNodes.keys()]);
    return [...every].filter((each) => Object.keys(this.of(each)).length > 0);
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

const SENDABLE = /^[\x21-\x7e]+$/;

/** What the call is made with: of a profile's keys those that it needs and a header can hold. */
export function headersOf(
  keys: ToolKeys,
  action: CallAgent | CallRest,
): Readonly<Record<string, string>> {
  const tools = toolsNeeded(action).flat();
  const sent = Object.entries(keys).filter(
    ([tool, key]) => tools.includes(tool) && SENDABLE.test(key),
  );
  if (sent.length === 0) return {};
  return { [CREDENTIALS_HEADER]: JSON.stringify(Object.fromEntries(sent)) };
}

/** Whether the profile has a key for all that the call needs. */
export function suffices(keys: ToolKeys, action: CallAgent | CallRest): boolean {
  return toolsNeeded(action).every((any) => any.some((tool) => SENDABLE.test(keys[tool] ?? '')));
}

/** Of each key that a call needs the tools that it may be named for. What is called by its address
 * takes none. */
function toolsNeeded(action: CallAgent | CallRest): (readonly string[])[] {
  if (action.kind === 'rest_call') return [];
  const { request } = action;
  const profile = profileIn(request);
  const needed = profile === 'retrieval' ? [] : [modelTools(request['model'])];
  return searches(request) ? [...needed, ['ai_search']] : needed;
}

const MODELS = LANGUAGE.keys.tools.filter((tool) => tool !== 'ai_search');

/** Azure OpenAI takes what is there for `openai`; nobody named is whoever the settings name. */
function modelTools(model: Json | undefined): readonly string[] {
  const provider = isObject(model) ? model['provider'] : undefined;
  if (provider === 'azure-openai') return [provider, 'openai'];
  return typeof provider === 'string' ? [provider] : MODELS;
}

/** The same without anything that must not leave. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, SIM_ONLY), text);
}
