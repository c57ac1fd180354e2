import { FinishReason, RunView } from '@eira/agents-client';
import en from '../../../public/i18n/en.json';
import es from '../../../public/i18n/es.json';

const VALUES = /\{\{\s*(\w+)\s*\}\}/g;

function valuesIn(sentence: string): string[] {
  return [...sentence.matchAll(VALUES)].map(([, name]) => name ?? '').sort();
}

describe('the sentences of the page', () => {
  const spanish: Record<string, string> = es;
  const english: Record<string, string> = en;

  it('are there in both languages, with the same values in them', () => {
    expect(Object.keys(english)).toEqual(Object.keys(spanish));
    for (const [key, sentence] of Object.entries(spanish)) {
      expect(valuesIn(english[key] ?? ''), key).toEqual(valuesIn(sentence));
      expect(sentence.trim(), key).not.toBe('');
    }
  });

  it('are there for each state, tool status, approval and kind of event that the API tells of', () => {
    for (const state of [
      'RECEIVED',
      'PLANNED',
      'WAITING_APPROVAL',
      'DONE',
      'FAILED',
      'CANCELLED',
    ]) {
      expect(spanish[`state.${state}`]).toBeTruthy();
      expect(spanish[`doing.${state}`]).toBeTruthy();
    }
  });

  it('are there for each ending and memory of a run that operators see', () => {
    const endings: Readonly<Record<FinishReason, true>> = {
      stop: true,
      question: true,
      length: true,
      error: true,
      cancelled: true,
    };
    const memories: Readonly<Record<NonNullable<RunView['memory']>, true>> = {
      none: true,
      pending: true,
      stored: true,
    };
    for (const ending of Object.keys(endings))
      expect(spanish[`runs.finish.${ending}`]).toBeTruthy();
    for (const each of Object.keys(memories)) expect(spanish[`runs.memory.${each}`]).toBeTruthy();
  });
});
