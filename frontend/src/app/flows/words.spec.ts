import { LANGUAGE } from '@eira/flow-engine';
import en from '../../../public/i18n/flows/en.json';
import es from '../../../public/i18n/flows/es.json';
import { isObject } from './model/json';
import { KINDS, portsOf } from './model/kinds';

const VALUES = /\{\{\s*(\w+)\s*\}\}/g;

function valuesIn(sentence: string): string[] {
  return [...sentence.matchAll(VALUES)].map(([, name]) => name ?? '').sort();
}

/** The names of all fields of a schema, and of the objects in it. */
function namesIn(schema: unknown): string[] {
  if (!isObject(schema)) return [];
  const { properties, $defs } = schema;
  const own = isObject(properties)
    ? Object.entries(properties).filter(([, each]) => isObject(each) && each['x-block'] !== true)
    : [];
  const inner = isObject($defs) ? Object.values($defs).flatMap(namesIn) : [];
  return [...own.map(([name]) => name), ...inner];
}

describe('the sentences of the editor', () => {
  const spanish: Readonly<Record<string, string>> = es;
  const english: Readonly<Record<string, string>> = en;

  it('are there in both languages, with the same values in them', () => {
    expect(Object.keys(english)).toEqual(Object.keys(spanish));
    for (const [key, sentence] of Object.entries(spanish)) {
      expect(valuesIn(english[key] ?? ''), key).toEqual(valuesIn(sentence));
      expect(sentence.trim(), key).not.toBe('');
    }
  });

  it('are there for each kind of node and its ports', () => {
    expect([...KINDS].sort()).toEqual(Object.keys(LANGUAGE.nodes).sort());
    for (const kind of KINDS) {
      expect(spanish[`kind.${kind}`], kind).toBeTruthy();
      expect(spanish[`kind.${kind}.text`], kind).toBeTruthy();
      expect([...portsOf(kind)].sort(), kind).toEqual(
        [...(LANGUAGE.ports[kind] ?? ['next'])].sort(),
      );
      for (const port of portsOf(kind)) expect(spanish[`port.${kind}.${port}`], kind).toBeTruthy();
    }
  });

  it('are there for each field of the language', () => {
    const shown = [...Object.values(LANGUAGE.nodes), { $defs: LANGUAGE.flow['$defs'] }];
    const names = new Set(shown.flatMap(namesIn));
    for (const name of ['type', 'ui', '__meta', 'from', 'to', 'port']) names.delete(name);
    for (const name of names) expect(spanish[`field.${name}`], name).toBeTruthy();
  });
});
