import { LANGUAGE } from '@eira/flow-engine';
import en from '../../../public/i18n/flows/en.json';
import es from '../../../public/i18n/flows/es.json';
import { KINDS, portsOf } from './model/kinds';

const VALUES = /\{\{\s*(\w+)\s*\}\}/g;

function valuesIn(sentence: string): string[] {
  return [...sentence.matchAll(VALUES)].map(([, name]) => name ?? '').sort();
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
});
