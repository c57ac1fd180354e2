import { inject } from '@angular/core';
import { ɵSharedStylesHost as SharedStylesHost } from '@angular/platform-browser';

/**
 * Has the styles that come with components adopted by the document as sheets: the page's policy
 * forbids elements of style, which Angular makes of them. What Angular offers in public is a nonce,
 * which headers that are the same for everybody cannot have; so its host of styles, which is no part
 * of its public interface, is told what to do. Its spec fails as soon as that has another form.
 */
export function adoptStyles(): void {
  const host = inject(SharedStylesHost);
  const adopted = new Set<string>();
  host.addStyles = (styles): void => {
    for (const style of styles) {
      if (adopted.has(style)) continue;
      adopted.add(style);
      adopt(style);
    }
  };
  // They stay: components come and go, and a sheet changes nothing where they are not.
  host.removeStyles = (): void => undefined;
}

function adopt(style: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets.push(sheet);
}
