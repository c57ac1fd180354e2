import { TestBed } from '@angular/core/testing';
import { FakeServer, RUN_ID, spanish } from '../../testing/fake-server';
import { Composer } from './composer';
import { Drafts } from './drafts';
import { ShownTurn, newTurn } from './turn';
import { TurnView } from './turn-view';

const WAITS: ShownTurn = {
  ...newTurn('Empieza', 0, RUN_ID),
  text: '¿Cómo te llamas?',
  asking: [{ text: '¿Cómo te llamas?', key: 'q1' }],
};

async function viewed(turn: ShownTurn): Promise<HTMLElement> {
  new FakeServer();
  const fixture = TestBed.createComponent(TurnView);
  fixture.componentRef.setInput('turn', turn);
  await fixture.whenStable();
  return fixture.nativeElement as HTMLElement;
}

describe('the composer beside a flow that asks', () => {
  it('takes an answer, and stops the run as before', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const fixture = TestBed.createComponent(Composer);
    const root = fixture.nativeElement as HTMLElement;
    const sent: string[] = [];
    fixture.componentInstance.sent.subscribe((message) => sent.push(message));
    const type = (text: string): void => {
      const box = root.querySelector('textarea');
      if (!box) throw new Error('there is nowhere to write');
      box.value = text;
      box.dispatchEvent(new Event('input'));
      box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true }));
    };
    const buttons = (): (string | null)[] =>
      [...root.querySelectorAll('button')].map((each) => each.ariaLabel);
    fixture.componentRef.setInput('running', true);
    await fixture.whenStable();
    type('demasiado pronto');
    expect([sent, buttons()]).toEqual([[], ['Parar']]);
    fixture.componentRef.setInput('asked', true);
    await fixture.whenStable();
    expect(buttons()).toEqual(['Parar', 'Enviar']);
    expect(root.querySelector('textarea')?.placeholder).toBe('Responde a la pregunta');
    type('Ana');
    expect(sent).toEqual(['Ana']);
  });

  it('has what was not taken again', async () => {
    TestBed.configureTestingModule({ providers: [spanish()] });
    const fixture = TestBed.createComponent(Composer);
    fixture.componentRef.setInput('of', 'c1');
    await fixture.whenStable();
    TestBed.inject(Drafts).keep('c1', 'Ana');
    fixture.componentInstance.restore();
    expect((fixture.nativeElement as HTMLElement).querySelector('textarea')?.value).toBe('Ana');
  });
});

describe('the turn of a flow that asks', () => {
  it('writes nothing while it waits, and shows an answer that is on its way', async () => {
    const root = await viewed(WAITS);
    expect(root.querySelector('.writing')).toBeNull();
    expect(root.querySelector('.answer')?.getAttribute('aria-busy')).toBe('false');
    expect(root.querySelectorAll('.message')).toHaveLength(1);
    TestBed.resetTestingModule();
    const more = await viewed({ ...WAITS, answering: 'Ana' });
    expect([...more.querySelectorAll('.message p')].map((each) => each.textContent)).toEqual([
      'Empieza',
      'Ana',
    ]);
  });

  it('shows no empty message where nobody said anything', async () => {
    const root = await viewed({ ...WAITS, message: '' });
    expect(root.querySelector('.message')).toBeNull();
  });
});
