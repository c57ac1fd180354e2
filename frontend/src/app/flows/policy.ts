import { inject } from '@angular/core';
import { ɵSharedStylesHost as SharedStylesHost } from '@angular/platform-browser';
import { CreateConnectionMarkers, IsConnectionWorkerEnabled } from '@foblex/flow';

/**
 * Has the canvas do without what the page's policy forbids: elements of style, which the document
 * adopts as sheets instead; markers, which it writes as HTML; and a worker made of a text.
 */
export function keepToPolicy(): void {
  const host = inject(SharedStylesHost);
  const adopted = new Set<string>();
  host.addStyles = (styles): void => {
    for (const style of styles) {
      if (adopted.has(style)) continue;
      adopted.add(style);
      adopt(style);
    }
  };
  host.removeStyles = (): void => undefined;
  CreateConnectionMarkers.prototype.handle = (): boolean => false;
  IsConnectionWorkerEnabled.prototype.handle = (): boolean => false;
}

function adopt(style: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets.push(sheet);
}
