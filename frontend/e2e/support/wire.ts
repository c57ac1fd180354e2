import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What to do to the answers of requests that fit. */
interface Cut {
  readonly fits: RegExp;
  /** Bytes of the body that still come through. */
  readonly afterBytes: number;
  left: number;
}

/** Answers a request in place of whom it was for. */
export type Play = (asked: IncomingMessage, answer: ServerResponse) => void;

/** A request that came by. */
export interface Seen {
  readonly method: string;
  readonly url: string;
}

/**
 * The wire between the browser and everything on this machine: a proxy of HTTP that can be cut.
 *
 * The browser is told of it at its start, so neither the page nor its policy knows of it.
 */
export class Wire {
  readonly seen: Seen[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly answers = new Map<ServerResponse, string>();
  private cuts: Cut[] = [];
  private readonly plays: { method: string; fits: RegExp; play: Play }[] = [];
  private isDown: RegExp | undefined;

  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<Wire> {
    const server = createServer();
    const wire = new Wire(server);
    server.on('request', (asked, answer) => {
      wire.pass(asked, answer);
    });
    server.on('connection', (socket: Socket) => {
      wire.sockets.add(socket);
      socket.on('close', () => wire.sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Cuts the next `times` answers to URLs that fit, once so many bytes of their body are through. */
  cut(fits: RegExp, { afterBytes = 0, times = 1 } = {}): void {
    this.cuts.push({ fits, afterBytes, left: times });
  }

  /** From now on `play` answers these requests. */
  play(method: string, fits: RegExp, play: Play): void {
    this.plays.push({ method, fits, play });
  }

  /** Cuts the answers under way now to URLs that fit; gives how many there were. */
  cutNow(fits: RegExp): number {
    const found = [...this.answers].filter(([, url]) => fits.test(url));
    for (const [answer] of found) answer.socket?.destroy();
    return found.length;
  }

  /** From now on nobody answers at URLs that fit, and what is under way is cut. */
  down(fits = /./): void {
    this.isDown = fits;
    this.cutNow(fits);
  }

  up(): void {
    this.isDown = undefined;
  }

  requests(method: string, fits: RegExp): readonly Seen[] {
    return this.seen.filter((one) => one.method === method && fits.test(one.url));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    const url = asked.url ?? '';
    this.seen.push({ method: asked.method ?? '', url });
    if (this.isDown?.test(url)) {
      answer.socket?.destroy();
      return;
    }
    const played = this.plays.find((one) => one.method === asked.method && one.fits.test(url));
    if (played !== undefined) {
      asked.resume();
      played.play(asked, answer);
      return;
    }
    const onward = request(url, { method: asked.method, headers: asked.headers }, (from) => {
      this.answers.set(answer, url);
      answer.writeHead(from.statusCode ?? 502, from.headers);
      this.stream(from, answer, this.takeCut(url));
    });
    answer.on('close', () => {
      this.answers.delete(answer);
      onward.destroy();
    });
    // The server has cut it: so is the browser's side.
    onward.on('error', () => answer.socket?.destroy());
    asked.pipe(onward);
  }

  private stream(from: IncomingMessage, answer: ServerResponse, cut: Cut | undefined): void {
    let passed = 0;
    from.on('data', (chunk: Buffer) => {
      if (cut === undefined || passed + chunk.length < cut.afterBytes) {
        passed += chunk.length;
        answer.write(chunk);
        return;
      }
      answer.write(chunk.subarray(0, cut.afterBytes - passed), () => answer.socket?.destroy());
      from.destroy();
    });
    from.on('end', () => answer.end());
    from.on('error', () => answer.socket?.destroy());
  }

  private takeCut(url: string): Cut | undefined {
    const cut = this.cuts.find((one) => one.left > 0 && one.fits.test(url));
    if (cut !== undefined) cut.left -= 1;
    return cut;
  }
}
