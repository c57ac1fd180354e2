import { TestBed } from '@angular/core/testing';
import en from '../../public/i18n/en.json';
import es from '../../public/i18n/es.json';
import { until } from '../testing/until';
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

const ME = { name: 'Ana', roles: [], rights: [] };

describe('App', () => {
  it('speaks the language that was chosen', async () => {
    vi.stubGlobal('fetch', (address: string) => {
      if (address.endsWith('/me')) return Promise.resolve(Response.json(ME));
      return Promise.resolve(Response.json(address.includes('en') ? en : es));
    });
    TestBed.configureTestingModule(appConfig(SETTINGS, new Ana()));
    const fixture = TestBed.createComponent(App);
    TestBed.inject(LanguageChoice).choose('en');
    await fixture.whenStable();
    const root = fixture.nativeElement as HTMLElement;
    await until(() => expect(root.querySelector('.skip')?.textContent).toBe(en['app.skip']));
    expect(document.documentElement.lang).toBe('en');
    vi.unstubAllGlobals();
  });
});
