/** How one git process reaches a remote repository. */
export interface Transport extends AsyncDisposable {
  /** The address that git fetches from. */
  readonly url: string;
  readonly protocols: string;
  readonly config: Readonly<Record<string, string>>;
  /** What the host printed in addition to git's own protocol. */
  said(): string;
}
