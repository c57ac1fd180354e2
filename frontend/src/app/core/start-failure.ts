const WORDS = {
  es: { title: 'No se ha podido entrar', again: 'Volver a intentarlo' },
  en: { title: 'Signing in did not work', again: 'Try again' },
};

/** Where nobody could sign in there is no app, and no sentences but these. */
export function showFailure(body: HTMLElement): void {
  const words = WORDS[navigator.language.startsWith('en') ? 'en' : 'es'];
  const page = document.createElement('main');
  page.className = 'start-failure';
  const title = document.createElement('h1');
  title.textContent = words.title;
  const again = document.createElement('button');
  again.type = 'button';
  again.className = 'primary';
  again.textContent = words.again;
  again.addEventListener('click', () => location.assign(document.baseURI));
  page.append(title, again);
  body.replaceChildren(page);
}
