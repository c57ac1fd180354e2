/** Who has signed in, as far as the API's tokens go. */
export abstract class Account {
  /** An access token for the API; `fresh` when the last one was refused. */
  abstract token(fresh: boolean): Promise<string>;
  abstract signOut(): void;
}
