import { TestBed } from '@angular/core/testing';
import { App } from './app';
import { appConfig } from './app.config';
import { Account } from './core/account';
import { LanguageChoice } from './core/language';

class Ana extends Account {
  token(): Promise<string> {
    return Promise.resolve('token');
  }

  signOut(): void {
    throw new Error('nobody asked to leave');
  }
}

const SETTINGS = {
  authority: 'https://a.test',
  clientId: 'c',
  scope: 's',
  apiBase: 'https://b.test',
};

describe('App', () => {
  it('speaks the language that was chosen', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (address: string) => {
      asked.push(address);
      const sentences = { 'app.skip': address.includes('en') ? 'Skip' : 'Saltar' };
      return Promise.resolve(Response.json(sentences));
    });
    TestBed.configureTestingModule(appConfig(SETTINGS, new Ana()));
    const fixture = TestBed.createComponent(App);
    TestBed.inject(LanguageChoice).choose('en');
    await fixture.whenStable();
    const root = fixture.nativeElement as HTMLElement;
    await vi.waitFor(() => expect(root.querySelector('.skip')?.textContent).toBe('Skip'));
    expect(document.documentElement.lang).toBe('en');
    vi.unstubAllGlobals();
  });
});
