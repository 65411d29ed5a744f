/** Baton's own rules in the host's packet filter: what containers may reach, and who may reach them. */
export interface Firewall {
  /**
   * Adds missing rules and reports whether all are in place. It is called regularly, because others flush the filter
   * without asking. Only rejects with the signal's reason.
   */
  apply(signal: AbortSignal): Promise<FirewallState>;
  /** The latest result of `apply`. Null before the first one. */
  state(): FirewallState | null;
  /** Removes the rules of this instance and no others. Rejects when they exist and cannot be removed. */
  remove(signal: AbortSignal): Promise<void>;
}

export type FirewallState =
  /** `in` says where the rules are. More than one place when the host has Docker's chain in both packet filters. */
  | { readonly type: "held"; readonly in: readonly PacketFilter[] }
  /** The administrator wants no rules. */
  | { readonly type: "off" }
  /** `why` is a clause: "iptables is not installed". */
  | { readonly type: "missing"; readonly why: string };

export interface PacketFilter {
  /** `nft` is the kernel's nftables, `legacy` what iptables wrote to before 1.8. */
  readonly backend: "nft" | "legacy";
  /** The chain that jumps to the rules: Docker's own `DOCKER-USER`, or `FORWARD` where Docker has none. */
  readonly chain: string;
}
