/** Waits for what comes in its own time; a slow machine is given that time. */
export function until(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { timeout: 50_000 });
}
