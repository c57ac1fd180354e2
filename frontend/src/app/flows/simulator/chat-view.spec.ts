import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { FakeServer, answered, until } from '../../../testing/fake-server';
import { AtBottom } from '../../chat/at-bottom';
import { SETTINGS } from '../../core/settings';
import { FlowEditor } from '../editor/flow-editor';
import { Vocabulary } from '../inspector/vocabulary';
import { isDocument, read } from '../model/document';
import { SimulatorBackend } from './backend';
import { ChatView } from './chat-view';
import { MockDrafts } from './mock-drafts';
import { SimulationSession } from './session';

const ASKS = [
  { type: 'response', id: 'one', text: '¿Uno?', wait: true },
  { type: 'response', id: 'two', text: '¿Dos?', wait: true },
];

describe('the box of the simulated conversation', () => {
  it('has the focus and is brought into sight each time that the flow asks', async () => {
    new FakeServer()
      .on('GET /catalog', () => answered({ profiles: [], simulatorKeys: false }))
      .on('GET /flows/schema', () => answered({}));
    TestBed.configureTestingModule({
      providers: [
        FlowEditor,
        Vocabulary,
        MockDrafts,
        SimulatorBackend,
        SimulationSession,
        provideRouter([]),
        { provide: SETTINGS, useValue: { apiBase: 'https://api.test' } },
      ],
    });
    // It looks at sizes, which there are none of here.
    TestBed.overrideComponent(ChatView, { remove: { imports: [AtBottom] } });
    const flow = read(ASKS);
    if (isDocument(flow)) await TestBed.inject(FlowEditor).open(flow);
    const session = TestBed.inject(SimulationSession);
    const view = TestBed.createComponent(ChatView);
    const root = view.nativeElement as HTMLElement;
    document.body.append(root);
    view.autoDetectChanges();
    const box = root.querySelector('input') as HTMLInputElement;
    const shown: string[] = [];
    // What stands above it by then.
    box.scrollIntoView = () => shown.push(root.querySelector('ol')?.textContent ?? '');
    await session.run();
    view.componentInstance.focus();
    await until(() => expect(shown).toHaveLength(1));
    expect([document.activeElement === box, shown[0]?.includes('¿Uno?')]).toEqual([true, true]);
    box.value = 'Una';
    root.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await until(() => expect(shown).toHaveLength(2));
    expect([document.activeElement === box, shown[1]?.includes('¿Dos?')]).toEqual([true, true]);
    root.remove();
  });
});
