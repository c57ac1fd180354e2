const WORDS = {
  es: {
    failed: 'No se ha podido entrar',
    again: 'Volver a intentarlo',
    signedOut: 'Se ha cerrado la sesión',
    signIn: 'Iniciar sesión',
  },
  en: {
    failed: 'Signing in did not work',
    again: 'Try again',
    signedOut: 'You have signed out',
    signIn: 'Sign in',
  },
};

/** Where nobody could sign in there is no app, and no sentences but these. */
export function showFailure(body: HTMLElement): void {
  const { failed, again } = WORDS[navigator.language.startsWith('en') ? 'en' : 'es'];
  show(body, failed, again, () => location.assign(document.baseURI));
}

/** In place of an app that has ended; in the language that it spoke. */
export function showSignedOut(page: Document): void {
  const { signedOut, signIn } = WORDS[page.documentElement.lang === 'en' ? 'en' : 'es'];
  page.title = `${signedOut} · EIRA`;
  show(page.body, signedOut, signIn, () => location.reload()).focus();
}

function show(body: HTMLElement, said: string, named: string, work: () => void): HTMLElement {
  const page = document.createElement('main');
  page.className = 'start-failure';
  const title = document.createElement('h1');
  title.textContent = said;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'primary';
  button.textContent = named;
  button.addEventListener('click', work);
  page.append(title, button);
  body.replaceChildren(page);
  return button;
}
