import { Observable } from 'rxjs';

/** Each subscription makes the sequence anew; to unsubscribe aborts it. */
export function observed<T>(make: (signal: AbortSignal) => AsyncIterable<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const stop = new AbortController();
    const tell = async (): Promise<void> => {
      try {
        for await (const each of make(stop.signal)) {
          if (stop.signal.aborted) return;
          subscriber.next(each);
        }
        subscriber.complete();
      } catch (error) {
        if (!stop.signal.aborted) subscriber.error(error);
      }
    };
    void tell();
    return () => stop.abort();
  });
}
