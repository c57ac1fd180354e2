import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  provideEnvironmentInitializer,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ɵSharedStylesHost as SharedStylesHost } from '@angular/platform-browser';
import { adoptStyles } from './adopted-styles';

/** Sheets as browsers have them, which there are none of here. */
class FakeSheet {
  text = '';

  replaceSync(text: string): void {
    this.text = text;
  }
}

@Component({
  template: '',
  changeDetection: ChangeDetectionStrategy.OnPush,
  encapsulation: ViewEncapsulation.None,
  styles: '.adopted { color: teal }',
})
class Styled {}

@Component({
  template: '',
  changeDetection: ChangeDetectionStrategy.OnPush,
  styles: ':host { color: navy }',
})
class StyledAlone {}

describe('styles of components', () => {
  const sheets: FakeSheet[] = [];

  beforeEach(() => {
    sheets.length = 0;
    vi.stubGlobal('CSSStyleSheet', FakeSheet);
    Object.defineProperty(document, 'adoptedStyleSheets', { value: sheets, configurable: true });
    TestBed.configureTestingModule({ providers: [provideEnvironmentInitializer(adoptStyles)] });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    Reflect.deleteProperty(document, 'adoptedStyleSheets');
  });

  it('are given to a host that has the form which is replaced', () => {
    const { prototype } = SharedStylesHost;
    expect(typeof prototype.addStyles).toBe('function');
    expect(typeof prototype.removeStyles).toBe('function');
  });

  it('are adopted by the document, each once, and make no elements', () => {
    const before = document.querySelectorAll('style').length;
    TestBed.createComponent(Styled).destroy();
    TestBed.createComponent(Styled);
    TestBed.createComponent(StyledAlone);
    expect(document.querySelectorAll('style')).toHaveLength(before);
    expect(sheets.map(({ text }) => text)).toEqual([
      expect.stringMatching(/\.adopted\s*\{/),
      expect.stringMatching(/\[_nghost-[\w-]+\]\s*\{/),
    ]);
  });
});
