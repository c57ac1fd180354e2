const CLASS = 'md-copy';

/** Puts a button on each block of code, which copies it. */
export function addCodeCopies(fragment: DocumentFragment, name: string): void {
  for (const code of fragment.querySelectorAll('pre')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = CLASS;
    button.textContent = name;
    const frame = document.createElement('div');
    frame.className = 'md-code';
    code.tabIndex = 0;
    code.replaceWith(frame);
    frame.append(code, button);
  }
}

/** The code whose button was clicked; null for a click on something else. */
export function codeAt(target: EventTarget | null): { button: HTMLElement; text: string } | null {
  const button = target instanceof Element ? target.closest<HTMLElement>(`button.${CLASS}`) : null;
  const code = button?.parentElement?.querySelector('pre');
  return button && code ? { button, text: code.textContent } : null;
}
