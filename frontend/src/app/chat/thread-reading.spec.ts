import { TestBed } from '@angular/core/testing';
import { RunEvent } from '@eira/agents-client';
import { RUN_ID, answered, told, until } from '../../testing/fake-server';
import { EVENTS, MESSAGES, STORED, ended, opened } from '../../testing/open-thread';
import { LanguageChoice } from '../core/language';

describe('the open conversation that is read again', () => {
  /** The same words in the language that they are asked for in. */
  const inWords = (spanish: string, english: string) => (language: string | undefined) =>
    language === 'en' ? english : spanish;
  const label = inWords('Crear tarea', 'Create task');
  const STARTED: RunEvent = {
    type: 'tool',
    callId: 'c0',
    name: 'createTask',
    label: 'Crear tarea',
    status: 'started',
  };

  it('tells what is shown in the language that is chosen, and hears on what is under way', async () => {
    const { server, thread } = opened(1_000);
    let end: (response: Response) => void = () => undefined;
    server
      .on('GET /conversations/c1', ({ headers }) =>
        answered({
          language: 'es',
          turns: [
            {
              ...STORED,
              runId: 'r0',
              effects: [{ ...STORED.effects[0], label: label(headers['accept-language']) }],
            },
          ],
        }),
      )
      .on(MESSAGES, () => told([...EVENTS.slice(0, 1), STARTED, ...EVENTS.slice(1, 2)], 0, true))
      .on(`GET /runs/${RUN_ID}/events`, () => new Promise((resolve) => (end = resolve)))
      .on(`GET /runs/${RUN_ID}`, ({ headers }) =>
        answered({ effects: [{ callId: 'c0', label: label(headers['accept-language']) }] }),
      );
    await thread.open('c1');
    await thread.send('Otra');
    await until(() => expect(thread.running()?.text).toBe('Ho'));
    const words = (): unknown[] =>
      thread
        .turns()
        .map(({ message, status, text, effects, steps }) => [
          message,
          status,
          text,
          effects[0]?.label ??
            steps.flatMap((step) => (step.kind === 'tool' ? [step.label] : []))[0],
        ]);
    expect(words()).toEqual([
      ['Buenas', 'done', 'Hola', 'Crear tarea'],
      ['Otra', 'running', 'Ho', 'Crear tarea'],
    ]);
    TestBed.inject(LanguageChoice).language.set('en');
    await until(() =>
      expect(words()).toEqual([
        ['Buenas', 'done', 'Hola', 'Create task'],
        ['Otra', 'running', 'Ho', 'Create task'],
      ]),
    );
    expect(server.linesOf(/messages$/)).toHaveLength(1);
    end(told([...EVENTS.slice(0, 1), STARTED, ...EVENTS.slice(1)], 3));
    await ended(thread);
    expect(thread.turns().at(-1)).toMatchObject({ text: 'Hola', status: 'done' });
  });

  it('shows an answer that is being given anew once, whatever is read meanwhile', async () => {
    const { server, thread } = opened();
    let begin: (response: Response) => void = () => undefined;
    server.on(`POST /runs/${RUN_ID}/regenerate`, () => new Promise((resolve) => (begin = resolve)));
    await thread.open('c1');
    const [turn] = thread.turns();
    if (turn) thread.regenerate(turn);
    TestBed.inject(LanguageChoice).language.set('en');
    await until(() => expect(server.count('GET /conversations/c1')).toBe(2));
    await until(() => expect(thread.loading()).toBe(false));
    expect(thread.turns()).toMatchObject([{ message: 'Buenas', status: 'running' }]);
    begin(told(EVENTS));
    await ended(thread);
    expect(thread.turns()).toHaveLength(1);
  });

  it('reads again as many turns as are shown', async () => {
    const { server, thread } = opened();
    server.on('GET /conversations/c1', ({ query }) =>
      answered(
        query.includes('before')
          ? { turns: [{ ...STORED, runId: 'r0', message: 'Antes' }] }
          : { turns: [STORED], older: RUN_ID },
      ),
    );
    const messages = (): string[] => thread.turns().map(({ message }) => message);
    await thread.open('c1');
    await thread.refresh();
    expect(messages()).toEqual(['Buenas']);
    await thread.loadOlder();
    await thread.refresh();
    expect(messages()).toEqual(['Antes', 'Buenas']);
    expect(thread.older()).toBeNull();
  });
});
