/** How one git process reaches a remote repository. */
export interface Transport extends AsyncDisposable {
  /** What git is told to fetch from. */
  readonly url: string;
  readonly protocols: string;
  readonly config: Readonly<Record<string, string>>;
  /** What the host printed beside git's own protocol. */
  said(): string;
}
