import { DestroyRef, Injectable, inject, signal } from '@angular/core';
import { HealthService } from '@eira/agents-client';

const BETWEEN_MS = 15_000;
/** Who has not answered by then cannot be reached. */
const PATIENCE_MS = 8_000;

export type Reach = 'unknown' | 'reached' | 'lost';

/** Whether the backend can be reached: asked again and again, as long as somebody looks at it. */
@Injectable()
export class Connection {
  private readonly health = inject(HealthService);
  private pause: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | undefined;
  readonly state = signal<Reach>('unknown');
  readonly checkedAt = signal<number | null>(null);
  readonly latencyMs = signal<number | null>(null);
  readonly checking = signal(false);

  constructor() {
    const again = (): void => {
      if (!document.hidden) void this.check();
    };
    document.addEventListener('visibilitychange', again);
    window.addEventListener('online', again);
    window.addEventListener('offline', again);
    inject(DestroyRef).onDestroy(() => {
      document.removeEventListener('visibilitychange', again);
      window.removeEventListener('online', again);
      window.removeEventListener('offline', again);
      clearTimeout(this.pause);
      this.asking?.abort();
    });
    void this.check();
  }

  async check(): Promise<void> {
    clearTimeout(this.pause);
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const begin = performance.now();
    const given = AbortSignal.any([asking.signal, AbortSignal.timeout(PATIENCE_MS)]);
    this.checking.set(true);
    const reached = await this.health.check(given).then(
      () => true,
      () => false,
    );
    // Another check has been begun, or nobody is there any more.
    if (asking.signal.aborted) return;
    this.checking.set(false);
    this.state.set(reached ? 'reached' : 'lost');
    this.latencyMs.set(reached ? performance.now() - begin : null);
    this.checkedAt.set(Date.now());
    this.pause = setTimeout(() => {
      if (!document.hidden) void this.check();
    }, BETWEEN_MS);
  }
}
