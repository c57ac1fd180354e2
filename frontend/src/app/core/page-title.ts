import { DOCUMENT, effect, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';

/** Has the tab say what its page is about: a name of its own, or else a sentence by its key. */
export function titled(key: () => string, name: () => string | null = () => null): void {
  const document = inject(DOCUMENT);
  const transloco = inject(TranslocoService);
  const show = (said: string): void => {
    document.title = said ? `${said} · EIRA` : 'EIRA';
  };
  effect((onCleanup) => {
    const own = name();
    if (own) {
      show(own);
      return;
    }
    // In the page's language, also when another one is chosen.
    const heard = transloco.selectTranslate<string>(key()).subscribe(show);
    onCleanup(() => heard.unsubscribe());
  });
}
