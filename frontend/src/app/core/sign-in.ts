import * as oauth from 'oauth4webapi';
import { Account } from './account';
import { isIssuerOf, isOnThisMachine } from './issuer';
import { Settings } from './settings';

/** What has to outlast the way to the sign-in page and back; no token, and gone when it is read. */
interface OnTheWay {
  readonly state: string;
  readonly verifier: string;
  /** Where the person was. */
  readonly address: string;
}

const ON_THE_WAY = 'sign-in';
/** A token that runs out so soon is renewed before it is used. */
const MARGIN_MS = 60_000;

/**
 * Authorization code with PKCE against OpenID Connect (Entra ID). Tokens are in memory only: after a
 * reload the sign-in page's own session gives new ones.
 */
export class SignIn extends Account {
  private readonly client: oauth.Client;
  private accessToken = '';
  private refreshToken: string | null = null;
  private until = 0;
  private renewing: Promise<void> | null = null;
  /** The other tabs of the app: who leaves one has left them all. */
  private readonly tabs = new BroadcastChannel('sign-out');
  private isOver = false;

  private constructor(
    private readonly settings: Settings,
    private readonly server: oauth.AuthorizationServer,
  ) {
    super();
    this.client = { client_id: settings.clientId };
  }

  /**
   * Somebody who has signed in; null when the browser is on its way to the sign-in page. Raises an
   * error of oauth4webapi when the sign-in was refused.
   */
  static async start(settings: Settings): Promise<SignIn | null> {
    const signIn = new SignIn(settings, await serverOf(settings));
    const answer = new URL(location.href);
    if (!isAnswer(answer.searchParams)) {
      await signIn.leave();
      return null;
    }
    const left = takeOnTheWay();
    if (left === null) {
      // An answer from the history: its code is used up.
      history.replaceState(null, '', redirectAddress());
      await signIn.leave();
      return null;
    }
    history.replaceState(null, '', left.address);
    await signIn.redeem(answer, left);
    return signIn;
  }

  async token(fresh: boolean): Promise<string> {
    // Nobody is asked to sign in because of what was still under way.
    if (this.isOver) return new Promise<never>(() => undefined);
    if (fresh || Date.now() > this.until - MARGIN_MS) {
      this.renewing ??= this.renew().finally(() => (this.renewing = null));
      await this.renewing;
    }
    return this.accessToken;
  }

  /** Calls `work` when somebody has signed out in another tab; there are no more tokens then. */
  whenOver(work: () => void): void {
    this.tabs.onmessage = (): void => {
      this.forget();
      work();
    };
  }

  signOut(): void {
    this.tabs.postMessage(null);
    this.forget();
    const address = new URL(this.server.end_session_endpoint ?? redirectAddress());
    address.searchParams.set('post_logout_redirect_uri', redirectAddress());
    address.searchParams.set('client_id', this.settings.clientId);
    location.assign(address);
  }

  private forget(): void {
    this.isOver = true;
    this.accessToken = '';
    this.refreshToken = null;
  }

  private async redeem(answer: URL, { state, verifier }: OnTheWay): Promise<void> {
    const given = oauth.validateAuthResponse(this.server, this.client, answer, state);
    const response = await oauth.authorizationCodeGrantRequest(
      this.server,
      this.client,
      oauth.None(),
      given,
      redirectAddress(),
      verifier,
      this.insecure,
    );
    this.take(await oauth.processAuthorizationCodeResponse(this.server, this.client, response));
  }

  private async renew(): Promise<void> {
    if (this.refreshToken === null) return this.leave();
    try {
      const response = await oauth.refreshTokenGrantRequest(
        this.server,
        this.client,
        oauth.None(),
        this.refreshToken,
        this.insecure,
      );
      this.take(await oauth.processRefreshTokenResponse(this.server, this.client, response));
    } catch (error) {
      if (!(error instanceof oauth.ResponseBodyError)) throw error;
      // The session is over, or was ended elsewhere.
      await this.leave();
    }
  }

  private take(tokens: oauth.TokenEndpointResponse): void {
    this.accessToken = tokens.access_token;
    this.refreshToken = tokens.refresh_token ?? this.refreshToken;
    this.until = Date.now() + (tokens.expires_in ?? 300) * 1_000;
  }

  /** Goes to the sign-in page. What waits for this never goes on: the page is left. */
  private async leave(): Promise<never> {
    const left: OnTheWay = {
      state: oauth.generateRandomState(),
      verifier: oauth.generateRandomCodeVerifier(),
      address: location.href,
    };
    sessionStorage.setItem(ON_THE_WAY, JSON.stringify(left));
    const address = new URL(this.server.authorization_endpoint ?? '');
    const asked = {
      client_id: this.settings.clientId,
      response_type: 'code',
      redirect_uri: redirectAddress(),
      scope: `${this.settings.scope} offline_access`,
      state: left.state,
      code_challenge: await oauth.calculatePKCECodeChallenge(left.verifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
    location.assign(address);
    return new Promise<never>(() => undefined);
  }

  /** The local cloud's sign-in page is on this machine, without TLS; no other may be. */
  private get insecure(): oauth.TokenEndpointRequestOptions {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it is noticed
    return { [oauth.allowInsecureRequests]: isOnThisMachine(this.settings.authority) };
  }
}

/** Raises an Error when what answers is somebody else. */
async function serverOf({ authority }: Settings): Promise<oauth.AuthorizationServer> {
  const response = await fetch(`${authority}/.well-known/openid-configuration`);
  if (!response.ok) throw new Error(`${authority}: HTTP ${response.status}`);
  const server = (await response.json()) as oauth.AuthorizationServer;
  if (!isIssuerOf(authority, server.issuer)) {
    throw new Error(`${authority} is answered by another issuer, ${server.issuer}`);
  }
  return server;
}

/** The address that the sign-in page leads back to; pages of ours have a `state` of their own. */
function isAnswer(given: URLSearchParams): boolean {
  return given.has('state') && (given.has('code') || given.has('error'));
}

function redirectAddress(): string {
  return new URL('.', document.baseURI).href;
}

function takeOnTheWay(): OnTheWay | null {
  const written = sessionStorage.getItem(ON_THE_WAY);
  sessionStorage.removeItem(ON_THE_WAY);
  return written === null ? null : (JSON.parse(written) as OnTheWay);
}
