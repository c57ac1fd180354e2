import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { LANGUAGE } from '@eira/flow-engine';
import { FakeServer, answered, until } from '../../../testing/fake-server';
import { Json, JsonObject, Path, withValue } from '../model/json';
import { Field, fieldsOf, itemOf, numberOf } from './fields';
import { groupsOf } from './groups';
import { KeysView } from './keys-view';
import { suggestions } from './suggesting';
import { Vocabulary } from './vocabulary';

const SCHEMAS = LANGUAGE.nodes as unknown as Readonly<Record<string, JsonObject>>;

function schemaOf(kind: string): JsonObject {
  return SCHEMAS[kind] ?? {};
}

function field(fields: readonly Field[], name: string): Field {
  const found = fields.find((each) => each.name === name);
  if (!found) throw new Error(`there is no field ${name}`);
  return found;
}

function inner(fields: readonly Field[], name: string): readonly Field[] {
  const { editing } = field(fields, name);
  return editing.as === 'object' ? editing.fields : [];
}

describe('the form of a node', () => {
  const agent = fieldsOf(schemaOf('agent_call'));

  it('has each field as its schema says', () => {
    const as = Object.fromEntries(agent.map(({ name, editing }) => [name, editing.as]));
    expect(as).toMatchObject({
      message: 'text',
      agent_profile: 'choice',
      model: 'object',
      search: 'object',
      participants: 'list',
      tooling: 'list',
      stream: 'boolean',
      max_turns: 'number',
      context: 'map',
      credentials: 'map',
    });
    expect(field(agent, 'agent_profile').editing).toMatchObject({
      choices: ['normal', 'rag', 'coordinator', 'retrieval', 'domain_expert'],
    });
    expect(field(inner(agent, 'model'), 'temperature')).toMatchObject({
      editing: { as: 'number' },
      template: true,
      path: ['model', 'temperature'],
    });
    expect(field(inner(agent, 'search'), 'mode')).toMatchObject({ fallback: 'hybrid' });
  });

  it('knows where in the catalog its names are', () => {
    expect(field(agent, 'participants').catalog).toBe('participants');
    expect(field(inner(agent, 'search'), 'indexes').catalog).toBe('indexes');
    expect(field(inner(agent, 'model'), 'deployment').catalog).toBe('models');
    expect(field(fieldsOf(schemaOf('use_profile')), 'profile').catalog).toBe('profiles');
    expect(field(agent, 'mode').catalog).toBe('modes');
    for (const kind of ['assign_var', 'secure_value']) {
      expect(field(fieldsOf(schemaOf(kind)), 'mode').catalog, kind).toBeNull();
    }
  });

  it('asks for the keys of a simulator by tool', () => {
    const keys = fieldsOf(schemaOf('credential_profile'));
    expect(field(keys, 'credentials').editing).toEqual({ as: 'keys' });
  });

  it('leaves out what is shown elsewhere', () => {
    for (const kind of Object.keys(SCHEMAS)) {
      const names = fieldsOf(schemaOf(kind)).map(({ name }) => name);
      for (const hidden of ['type', 'ui', 'then', 'else']) {
        expect(names, kind).not.toContain(hidden);
      }
    }
    expect(fieldsOf(schemaOf('loop')).map(({ name }) => name)).not.toContain('body');
    expect(fieldsOf(schemaOf('rest_call')).map(({ name }) => name)).toContain('body');
  });

  it('has the fields that its agent profile sends, and says of others that they have no effect', () => {
    const schema = schemaOf('agent_call');
    const of = (node: JsonObject): ReturnType<typeof groupsOf> =>
      groupsOf('agent_call', agent, schema, node);
    const names = (fields: readonly Field[]): string[] => fields.map(({ name }) => name);
    const normal = of({ agent_profile: 'normal', search: {} });
    expect(names(normal.main)).not.toContain('search');
    expect(names(normal.ignored)).toEqual(['search']);
    expect(names(of({ agent_profile: 'rag' }).main)).toContain('search');
    expect(names(of({ agent_profile: 'retrieval' }).main)).not.toContain('model');
    const without = of({ search: {} });
    expect(names(without.main)).toEqual(
      expect.arrayContaining(['search', 'participants', 'model']),
    );
    expect(without.ignored).toEqual([]);
    const all = [...normal.main, ...normal.more];
    expect(new Set(names(all)).size).toBe(all.length);
  });

  it('reads what is typed for numbers and items', () => {
    expect([numberOf('0,5'), numberOf('-3'), numberOf('${k}'), numberOf(' ')]).toEqual([
      0.5,
      -3,
      '${k}',
      undefined,
    ]);
    expect(itemOf('{"name": "http"}')).toEqual({ name: 'http' });
    expect([itemOf('{"name'), itemOf('cerebro')]).toEqual(['{"name', 'cerebro']);
  });
});

describe('the words of a field', () => {
  it('are those that its schema has in the language of the page', () => {
    const mode = { 'x-label': { es: 'Modo', en: 'Mode' }, anyOf: [{ $ref: '#/$defs/Mode' }] };
    const Mode = { anyOf: [{ enum: ['a'] }], 'x-choices': { a: { es: 'uno' } } };
    const [field] = fieldsOf({ properties: { mode }, $defs: { Mode } });
    expect(field).toMatchObject({
      label: { es: 'Modo', en: 'Mode' },
      help: {},
      choices: { a: { es: 'uno' } },
    });
  });
});

describe('the keys of a simulator', () => {
  it('are those of tools that there are; of others it is said that they are of no use', async () => {
    new FakeServer()
      .on('GET /catalog', () => answered({}))
      .on('GET /flows/schema', () => answered({}));
    TestBed.configureTestingModule({ providers: [Vocabulary] });
    const value = signal<Json>({ credentials: { nombre: 'k' } });
    const fixture = TestBed.createComponent(KeysView);
    fixture.componentRef.setInput('path', ['credentials']);
    fixture.componentRef.setInput('of', {
      id: 'n1',
      value,
      problems: signal([]),
      variables: signal([]),
      set: (path: Path, to: Json) => value.update((now) => withValue(now, path, to)),
    });
    const root = fixture.nativeElement as HTMLElement;
    const all = <T extends HTMLElement>(what: string): T[] => [...root.querySelectorAll<T>(what)];
    await until(() =>
      expect(all('.chip').map(({ textContent }) => textContent.trim())).toContain('+ openai'),
    );
    await until(() => expect(all('[role="alert"]')).toHaveLength(1));
    const [tool] = all<HTMLSelectElement>('select');
    expect([...(tool?.options ?? [])].map(({ value: name }) => name)).toContain('ai_search');
    if (tool) tool.value = 'ai_search';
    tool?.dispatchEvent(new Event('change'));
    expect(value()).toEqual({ credentials: { ai_search: 'k' } });
    await until(() => expect(all('[role="alert"]')).toHaveLength(0));
    all('.chip')
      .find(({ textContent }) => textContent.trim() === '+ openai')
      ?.click();
    await until(() => expect(all('input')).toHaveLength(2));
    const names = all<HTMLSelectElement>('select').map(({ value: name }) => name);
    expect(names).toEqual(['ai_search', 'openai']);
    expect(all('input').every((box) => box.closest('form'))).toBe(true);
  });
});

describe('suggestions', () => {
  const variables = [
    { name: 'r1', members: ['text', 'citations'] },
    { name: 'idioma', members: [] },
  ];
  const texts = (text: string, kind: 'template' | 'expression' = 'template'): string[] =>
    suggestions(text, text.length, variables, kind).map(({ insert }) => insert);

  it('are the variables behind what opens a template, which they close', () => {
    expect(texts('Hola ${')).toEqual(['r1}', 'idioma}', 'r1.text}', 'r1.citations}']);
    expect(texts('{{r1.t')).toEqual(['r1.text}}']);
    expect(suggestions('${r} y', 3, variables, 'template')[0]?.insert).toBe('r1');
    expect(texts('Hola r')).toEqual([]);
  });

  it('are those of the word at the caret in an expression', () => {
    expect(texts('size(r1.c', 'expression')).toEqual(['r1.citations']);
    expect(texts('"r', 'expression')).toEqual([]);
    expect(texts('idioma', 'expression')).toEqual([]);
  });
});
