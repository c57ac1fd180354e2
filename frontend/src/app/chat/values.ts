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

/** As the form of a question writes it: `Due date: 2026-12-01`. */
const DAY = /^([^:\n]+: )(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))$/gm;

/** A message with the days in it that a form was given as people read them. */
export function withDays(message: string, shown: (day: string) => string): string {
  return message.replace(DAY, (_, before: string, day: string) => before + shown(day));
}
