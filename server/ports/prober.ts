import type { HostAddress } from "../model/names/host-address.ts";

/** Probes an address of this host once, for a health check. */
export interface Prober {
  /**
   * Sends a GET, does not follow redirects, and discards up to 64 KB of the body. Only rejects with the signal's
   * reason.
   */
  http(request: HttpProbe, signal: AbortSignal): Promise<HttpOutcome>;
  /**
   * Connects and waits `holdMs`: docker-proxy accepts connections even when nothing listens inside and closes
   * them at once, so only a connection that stays open (or is spoken to) counts.
   */
  tcp(address: HostAddress, holdMs: number, timeoutMs: number, signal: AbortSignal): Promise<TcpOutcome>;
  /** Whether the server at this address takes part in a TLS handshake. Never rejects. */
  speaksTls(address: HostAddress, timeoutMs: number): Promise<boolean>;
  /** Whether nothing listens at this address right now. */
  isFree(address: HostAddress): Promise<boolean>;
}

export interface HttpProbe {
  readonly address: HostAddress;
  readonly path: string;
  /** Sent as the Host header: the service's own domain. */
  readonly host: string;
  readonly timeoutMs: number;
}

export type HttpOutcome =
  | {
      readonly type: "answered";
      readonly status: number;
      readonly tookMs: number;
      /** Whether the body is a server's usual message about plain HTTP on a TLS port. */
      readonly wantsTls?: boolean;
    }
  /** The connection was refused, or closed before an answer. */
  | { readonly type: "closed"; readonly detail: string }
  /** Connected, but no complete answer in time. */
  | { readonly type: "timeout" }
  /** Something answered, but not HTTP. */
  | { readonly type: "garbled"; readonly detail: string };

export type TcpOutcome =
  | { readonly type: "open"; readonly tookMs: number }
  | { readonly type: "closed"; readonly detail: string }
  | { readonly type: "timeout" };
