/** Rules of Baton's own in the host's packet filter: what containers may not reach, and who may not reach them. */
export interface Firewall {
  /**
   * Puts in place what is missing, and finds out whether all of it holds. Called again and again, since others clear the
   * filter without asking. Never rejects but for the signal.
   */
  apply(signal: AbortSignal): Promise<FirewallState>;
  /** What `apply` found the last time; null: it has not been asked yet. */
  state(): FirewallState | null;
  /** Takes away the rules of this instance, and no others. Rejects when they are there and cannot be removed. */
  remove(signal: AbortSignal): Promise<void>;
}

export type FirewallState =
  | { readonly type: "held" }
  /** The administrator wants none. */
  | { readonly type: "off" }
  /** `why` is a clause: "iptables is not installed". */
  | { readonly type: "missing"; readonly why: string };
