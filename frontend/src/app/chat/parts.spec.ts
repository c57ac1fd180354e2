import { Type } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { FakeServer, RUN_ID, answered, refused, spanish, until } from '../../testing/fake-server';
import { LanguageChoice } from '../core/language';
import { ApprovalCard } from './approval-card';
import { Composer } from './composer';
import { groupedByDay } from './days';
import { ErrorCard } from './error-card';
import { Grounding } from './grounding';
import { QuestionForm } from './question-form';
import { Sources } from './sources';
import { newTurn } from './turn';
import { TurnActions } from './turn-actions';
import { valuesOf, withDays } from './values';

async function shown<T>(
  type: Type<T>,
  inputs: Readonly<Record<string, unknown>> = {},
): Promise<{ fixture: ComponentFixture<T>; root: HTMLElement }> {
  const fixture = TestBed.createComponent(type);
  for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
  await fixture.whenStable();
  return { fixture, root: fixture.nativeElement as HTMLElement };
}

function find(root: HTMLElement, selector: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`there is no ${selector}`);
  return found;
}

describe('the composer', () => {
  async function written(text: string): Promise<{ box: HTMLTextAreaElement; sent: string[] }> {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const { fixture, root } = await shown(Composer);
    const sent: string[] = [];
    fixture.componentInstance.sent.subscribe((message) => sent.push(message));
    const box = find(root, 'textarea') as HTMLTextAreaElement;
    box.value = text;
    box.dispatchEvent(new Event('input'));
    return { box, sent };
  }

  const enter = (more: KeyboardEventInit = {}): KeyboardEvent =>
    new KeyboardEvent('keydown', { key: 'Enter', cancelable: true, ...more });

  it('sends with Enter, once and without the blanks around it', async () => {
    const { box, sent } = await written('  Hola  ');
    box.dispatchEvent(enter());
    box.dispatchEvent(enter());
    expect(sent).toEqual(['Hola']);
    expect(box.value).toBe('');
  });

  it('keeps what is being written in each conversation', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const { fixture, root } = await shown(Composer, { of: 'c1' });
    const box = find(root, 'textarea') as HTMLTextAreaElement;
    const open = async (id: string | null): Promise<string> => {
      fixture.componentRef.setInput('of', id);
      await fixture.whenStable();
      return box.value;
    };
    box.value = 'a medias';
    box.dispatchEvent(new Event('input'));
    expect(await open('c2')).toBe('');
    expect(find(root, 'button')).toHaveProperty('disabled', true);
    expect(await open('c1')).toBe('a medias');
    expect(find(root, 'button')).toHaveProperty('disabled', false);
    box.dispatchEvent(enter());
    expect(await open(null)).toBe('');
    expect(await open('c1')).toBe('');
  });

  it('cuts nothing off: it says by how much a text is too long, and sends no such text', async () => {
    const { box, sent } = await written('a'.repeat(9_500));
    const form = box.closest('form');
    const said = (): string => form?.querySelector('[role=alert]')?.textContent ?? '';
    await until(() => expect(said()).toContain('sobran 1500 caracteres'));
    expect(box.value).toHaveLength(9_500);
    box.dispatchEvent(enter());
    expect(sent).toEqual([]);
    box.value = 'a'.repeat(8_000);
    box.dispatchEvent(new Event('input'));
    await until(() => expect(said()).toBe(''));
    box.dispatchEvent(enter());
    expect(sent).toHaveLength(1);
  });

  it('says that it is stopping, and asks for it once', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const { root } = await shown(Composer, { running: true, stopping: true });
    const button = find(root, 'button') as HTMLButtonElement;
    expect([button.ariaLabel, button.disabled]).toEqual(['Parando…', true]);
  });

  it('begins a line with Shift and Enter, and leaves Enter to an input method', async () => {
    const { box, sent } = await written('東京');
    for (const more of [{ shiftKey: true }, { isComposing: true }]) {
      const event = enter(more);
      box.dispatchEvent(event);
      expect(event.defaultPrevented).toBe(false);
    }
    expect(sent).toEqual([]);
  });
});

describe('the form of a question', () => {
  it('asks with choices and dates, and answers in lines', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const missing = [
      { tool: 't', field: 'title', label: 'título', reason: 'r', kind: 'text' },
      { tool: 't', field: 'dueDate', label: 'fecha límite', reason: 'r', kind: 'date' },
      {
        tool: 't',
        field: 'priority',
        label: 'prioridad',
        reason: 'r',
        choices: [{ value: 'high', label: 'alta' }],
      },
      { tool: 't', field: 'note', reason: 'r' },
    ];
    const { fixture, root } = await shown(QuestionForm, { missing });
    const said: string[] = [];
    fixture.componentInstance.answered.subscribe((message) => said.push(message));
    const [title, date] = root.querySelectorAll('input');
    expect(date?.type).toBe('date');
    if (title) title.value = 'Revisar';
    if (date) date.value = '2026-12-04';
    (find(root, 'select') as HTMLSelectElement).value = 'alta';
    find(root, 'form').dispatchEvent(new Event('submit'));
    expect(said).toEqual(['Título: «Revisar»\nFecha límite: 2026-12-04\nPrioridad: alta']);
    for (const field of root.querySelectorAll('input, select')) {
      expect(root.querySelector(`label[for="${field.id}"]`)).not.toBeNull();
    }
  });
});

describe('the form of a question that is answered with quotes', () => {
  it('puts around a text those that it has not', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const missing = [{ tool: 't', field: 'title', label: 'título', reason: 'r', kind: 'text' }];
    const { fixture, root } = await shown(QuestionForm, { missing });
    const said: string[] = [];
    fixture.componentInstance.answered.subscribe((message) => said.push(message));
    for (const text of ['a "b"', 'Review «the» "contract"', '«a» “b', '«a» “b” "c"']) {
      (find(root, 'input') as HTMLInputElement).value = text;
      find(root, 'form').dispatchEvent(new Event('submit'));
    }
    expect(said).toEqual([
      'Título: «a "b"»',
      'Título: “Review «the» "contract"”',
      'Título: "«a» “b"',
      'Título: «a» “b” "c"',
    ]);
  });
});

describe('the form of a question that has nothing in it', () => {
  it('says so, and answers nothing', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const missing = [{ tool: 't', field: 'title', reason: 'r', kind: 'text' }];
    const { fixture, root } = await shown(QuestionForm, { missing });
    const said: string[] = [];
    fixture.componentInstance.answered.subscribe((message) => said.push(message));
    document.body.append(root);
    find(root, 'form').dispatchEvent(new Event('submit'));
    await fixture.whenStable();
    expect(find(root, '[role=alert]').textContent).toContain('Rellena al menos un dato');
    expect(document.activeElement).toBe(find(root, 'input'));
    expect(said).toEqual([]);
    root.remove();
  });
});

describe('the card of an approval', () => {
  const APPROVAL = {
    approvalId: 'a0',
    tool: 'createUser',
    label: 'Crear usuario',
    args: { name: 'Pepa' },
    labels: { name: 'nombre' },
    payloadHash: 'hash',
    expiresAt: '2026-11-23T10:00:00Z',
  };
  const DECIDE = `POST /runs/${RUN_ID}/approvals/a0`;

  function server(mayDecide: boolean): FakeServer {
    const approvals = [{ ...APPROVAL, state: 'open', mayDecide }];
    return new FakeServer().on(`GET /runs/${RUN_ID}`, () => answered({ approvals }));
  }

  it('shows all that will be done, and decides on exactly that', async () => {
    const api = server(true).on(DECIDE, () => answered({ state: 'approved' }));
    const { fixture, root } = await shown(ApprovalCard, { runId: RUN_ID, approval: APPROVAL });
    await until(() => find(root, 'button.primary'));
    expect(find(root, '.values').textContent).toContain('nombre');
    expect(find(root, '.values').textContent).toContain('Pepa');
    find(root, 'button.primary').click();
    await until(() => expect(api.linesOf(/approvals/)).toHaveLength(1));
    await fixture.whenStable();
    await until(() => expect(find(root, 'h3').textContent).toContain('Aprobada'));
    expect(root.querySelector('button')).toBeNull();
    expect(api.asked.find(({ line }) => line === DECIDE)?.body).toEqual({
      decision: 'approve',
      payloadHash: 'hash',
    });
  });

  it('says when it was decided otherwise in the meantime', async () => {
    server(true).on(DECIDE, () => refused('APPROVAL_CONFLICT', 'Ya se decidió.'));
    const { root } = await shown(ApprovalCard, { runId: RUN_ID, approval: APPROVAL });
    await until(() => find(root, 'button.primary').click());
    await until(() => expect(find(root, '[role=alert]').textContent).toBe('Ya se decidió.'));
  });

  it('tells who asked what became of it: who decided, when, and why', async () => {
    const decided = { decidedAt: '2026-11-22T10:00:00Z', decidedBy: 'u1', decidedByName: 'Luis' };
    const approvals = [{ ...APPROVAL, state: 'rejected', comment: 'Ya existe.', ...decided }];
    new FakeServer().on(`GET /runs/${RUN_ID}`, () => answered({ approvals }));
    const { root } = await shown(ApprovalCard, { runId: RUN_ID, approval: APPROVAL });
    await until(() => expect(find(root, 'h3').textContent).toContain('Rechazada'));
    expect(root.textContent).toMatch(/La decidió Luis el .*22.*«Ya existe\.»/);
  });

  it('says in the language that is chosen what would be done, and keeps what is being written', async () => {
    new FakeServer().on(`GET /runs/${RUN_ID}`, ({ headers }) => {
      const label = headers['accept-language'] === 'en' ? 'Create user' : 'Crear usuario';
      return answered({ approvals: [{ ...APPROVAL, label, state: 'open', mayDecide: true }] });
    });
    const { root } = await shown(ApprovalCard, { runId: RUN_ID, approval: APPROVAL });
    await until(() => find(root, 'input'));
    (find(root, 'input') as HTMLInputElement).value = 'a medias';
    TestBed.inject(LanguageChoice).language.set('en');
    await until(() => expect(find(root, '.effect').textContent).toBe('Create user'));
    expect(find(root, 'h3').textContent).toContain('approval');
    expect((find(root, 'input') as HTMLInputElement).value).toBe('a medias');
  });

  it('asks for nothing where it is known what was decided', async () => {
    const api = new FakeServer();
    const view = {
      ...APPROVAL,
      state: 'rejected',
      comment: 'Ya existe.',
      decidedAt: '2026-11-22T10:00:00Z',
      decidedByName: 'Luis',
    };
    const inputs = { runId: RUN_ID, approval: APPROVAL, view };
    const { root } = await shown(ApprovalCard, inputs);
    await until(() => expect(find(root, 'h3').textContent).toContain('Rechazada'));
    expect(root.textContent).toMatch(/La decidió Luis el .*22.*«Ya existe\.»/);
    expect(api.linesOf(/runs/)).toEqual([]);
  });

  it('has no buttons for who may not decide', async () => {
    server(false);
    const { root } = await shown(ApprovalCard, { runId: RUN_ID, approval: APPROVAL });
    await until(() => expect(root.textContent).toContain('La decide otra persona.'));
    expect(root.querySelector('button')).toBeNull();
  });
});

describe('the parts of an answer', () => {
  it('are sources by number; a mark brings the focus to its own', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const snippet = 'Se pagan **0,26 €**';
    const one = { number: 2, source: 's', title: 'Dietas', verified: false, snippet };
    const { fixture, root } = await shown(Sources, { citations: [one] });
    const item = find(root, '[data-number="2"]');
    item.scrollIntoView = () => undefined;
    document.body.append(root);
    fixture.componentInstance.show(2);
    expect(document.activeElement).toBe(item);
    expect(item.textContent).toContain('sin verificar');
    expect(item.textContent).toContain('Se pagan 0,26 €');
    root.remove();
  });

  it('are excerpts that stay open once somebody came to them, or shut them', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const one = { number: 1, source: 's', title: 'Dietas', snippet: 'a'.repeat(200) };
    const { fixture, root } = await shown(Sources, { citations: [one, { ...one, number: 2 }] });
    find(root, '[data-number="2"]').scrollIntoView = () => undefined;
    const open = async (): Promise<boolean[]> => {
      await fixture.whenStable();
      return [...root.querySelectorAll('li p')].map((each) => each.classList.contains('whole'));
    };
    expect(await open()).toEqual([false, false]);
    fixture.componentInstance.show(2);
    expect(await open()).toEqual([false, true]);
    find(root, '[data-number="2"] button').click();
    expect(await open()).toEqual([false, false]);
    find(root, '[data-number="1"] button').click();
    expect(await open()).toEqual([true, false]);
    expect(find(root, 'button').ariaExpanded).toBe('true');
  });

  it('are errors in words, with the id by which they are found', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const error = { code: 'NETWORK', message: 'Failed to fetch', correlationId: 'c-9' };
    const { root } = await shown(ErrorCard, { error });
    expect(root.textContent).toContain('Se ha perdido la conexión');
    expect(root.textContent).not.toContain('Failed to fetch');
    expect(find(root, 'code').textContent).toBe('c-9');
    expect(root.textContent).not.toContain('La respuesta puede haber terminado allí');
    const answer = await shown(ErrorCard, { error, ofAnswer: true });
    expect(answer.root.textContent).toContain('La respuesta puede haber terminado allí');
  });

  it('are errors that say what trying again means', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const error = { code: 'NOT_REGENERABLE', message: 'Envíalo otra vez.', correlationId: null };
    for (const [sends, button] of [
      [false, 'Reintentar'],
      [true, 'Enviar de nuevo'],
    ] as const) {
      const { root } = await shown(ErrorCard, { error, sends });
      expect(find(root, 'button').textContent.trim()).toBe(button);
    }
  });

  it('are errors without ids of runs', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const error = { code: 'CONVERSATION_BUSY', message: 'en curso: 01M8', correlationId: null };
    const { root } = await shown(ErrorCard, { error });
    expect(root.textContent).toContain('otra respuesta en curso');
    expect(root.textContent).not.toContain('01M8');
  });

  it('are days as people read them, where a form was given them', () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const language = TestBed.inject(LanguageChoice);
    const shown = withDays('Título: «2026-12-01»\nFecha límite: 2026-12-01', (day) =>
      language.day(day),
    );
    expect(shown).toBe('Título: «2026-12-01»\nFecha límite: 1 dic 2026');
    expect(withDays('el 2026-12-01', () => 'nunca')).toBe('el 2026-12-01');
  });

  it('say how was looked for documents in words', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const lookUp = {
      used: true,
      why: 'w',
      mode: 'hybrid',
      indexes: ['normas'],
      found: 3,
      cited: 1,
    };
    const { root } = await shown(Grounding, { lookUp });
    expect(root.textContent).toContain('Buscado en normas (por palabras y por significado)');
  });

  it('are payloads of which nothing is left out', () => {
    expect(valuesOf({ title: 'A', tags: ['x'], due: null }, { title: 'título' })).toEqual([
      { name: 'título', value: 'A' },
      { name: 'tags', value: '[\n  "x"\n]' },
      { name: 'due', value: '—' },
    ]);
  });
});

describe('what can be done with an answer', () => {
  for (const [pressed, end] of [
    ['Cancelar', (form: HTMLElement) => [...form.querySelectorAll('button')].at(-1)?.click()],
    ['Enviar', (form: HTMLElement) => form.dispatchEvent(new Event('submit'))],
  ] as const) {
    it(`leaves the focus where it came from after ${pressed}`, async () => {
      TestBed.configureTestingModule({ providers: [spanish()] });
      const turn = { ...newTurn('Hola', 0, RUN_ID), status: 'done', text: 'Hola' };
      const { fixture, root } = await shown(TurnActions, { turn });
      document.body.append(root);
      const bad = find(root, '[aria-label="Mala respuesta"]');
      bad.click();
      await fixture.whenStable();
      const box = find(root, 'textarea');
      await until(() => expect(document.activeElement).toBe(box));
      end(find(root, 'form'));
      await fixture.whenStable();
      expect(root.querySelector('form')).toBeNull();
      expect(document.activeElement).toBe(bad);
      root.remove();
    });
  }
});

describe('the days of conversations', () => {
  it('are counted from midnight', () => {
    const at = (text: string): never => ({ updatedAt: new Date(text).toISOString() }) as never;
    const entries = [
      '2026-11-22T00:01',
      '2026-11-21T23:59',
      '2026-11-17T12:00',
      '2026-11-01T12:00',
    ];
    const groups = groupedByDay(entries.map(at), new Date('2026-11-22T10:00'));
    expect(groups.map(({ name }) => name)).toEqual(['today', 'yesterday', 'week', 'earlier']);
  });
});
