/** One field of a payload, as people read it. */
export interface ShownValue {
  readonly name: string;
  readonly value: string;
}

/** All fields of a payload by what people call them; nothing of it is left out. */
export function valuesOf(
  payload: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, string>> = {},
): readonly ShownValue[] {
  return Object.entries(payload).map(([field, value]) => ({
    name: labels[field] ?? field,
    value: textOf(value),
  }));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '—';
  return JSON.stringify(value, null, 2);
}
