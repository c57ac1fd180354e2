import { Injectable, computed, signal } from '@angular/core';
import type { Json, Mocks } from '@eira/flow-engine';
import { isList, isObject } from '../model/json';
import { Read, Wrong, readJson } from './json-text';

export const MOCKED_TOOLS = ['openai', 'ai_search', 'http'] as const;
export type MockedTool = (typeof MOCKED_TOOLS)[number];

const FORMS: Readonly<Record<MockedTool, (value: Json) => boolean>> = {
  openai: (value) => typeof value === 'string',
  ai_search: (value) => isList(value) && value.every(isObject),
  http: (value) => isObject(value) && typeof value['status'] === 'number',
};

export interface Draft {
  readonly text: string;
  readonly wrong: Wrong | null;
}

/** Mocks as they are being written; those that are no JSON are not used. In memory only. */
@Injectable()
export class MockDrafts {
  private readonly ofNodes = signal<Readonly<Record<string, string>>>({});
  private readonly ofTools = signal<Readonly<Record<string, string>>>({});

  /** By node or by execution of a node (`ask[1]`). */
  readonly nodes = computed(() => drafts(this.ofNodes(), () => readNode));
  readonly tools = computed(() => drafts(this.ofTools(), (tool) => (text) => readTool(tool, text)));
  readonly wrong = computed(
    () => [...this.nodes().values(), ...this.tools().values()].filter((each) => each.wrong).length,
  );
  readonly mocks = computed((): Mocks => ({
    nodes: valid(this.ofNodes(), () => readNode),
    tools: valid(this.ofTools(), (tool) => (text) => readTool(tool, text)),
  }));

  setNode(name: string, text: string | null): void {
    this.ofNodes.update((all) => changed(all, name, text));
  }

  setTool(tool: MockedTool, text: string | null): void {
    this.ofTools.update((all) => changed(all, tool, text));
  }
}

type Texts = Readonly<Record<string, string>>;
type Reader = (name: string) => (text: string) => Read<Json>;

function readNode(text: string): Read<Json> {
  return readJson(text, isMock, 'simulator.json.mock');
}

/** An answer, or a failure that says its code. */
function isMock(value: Json): value is Json {
  if (!isObject(value) || !('failed' in value)) return true;
  const { failed } = value;
  return isObject(failed) && typeof failed['code'] === 'string';
}

function readTool(tool: string, text: string): Read<Json> {
  const form = FORMS[tool as MockedTool];
  const check = (value: Json): value is Json => form(value);
  return readJson(text, check, `simulator.json.${tool}`);
}

function changed(all: Texts, name: string, text: string | null): Texts {
  const others = Object.fromEntries(Object.entries(all).filter(([each]) => each !== name));
  return text === null ? others : { ...others, [name]: text };
}

function drafts(texts: Texts, reader: Reader): ReadonlyMap<string, Draft> {
  return new Map(
    Object.entries(texts).map(([name, text]) => {
      const read = reader(name)(text);
      return [name, { text, wrong: 'wrong' in read ? read.wrong : null }];
    }),
  );
}

function valid(texts: Texts, reader: Reader): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => {
      const read = reader(name)(text);
      return 'value' in read ? [[name, read.value]] : [];
    }),
  );
}
