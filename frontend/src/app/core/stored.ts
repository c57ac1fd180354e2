/** What a person chose for this browser; where nothing may be stored, for this visit. */
export function stored<T extends string>(name: string, among: readonly T[]): T | null {
  try {
    const value = localStorage.getItem(name);
    return among.find((each) => each === value) ?? null;
  } catch {
    return null;
  }
}

export function store(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // The browser keeps nothing: the choice holds until the page is left.
  }
}
