import type { HostAddress } from "../model/names/host-address.ts";

/** One look at an address of this host, as a health check takes it. */
export interface Prober {
  /** GET; redirects are not followed; the body is read up to 64 KB and thrown away. Never rejects but for the signal. */
  http(request: HttpProbe, signal: AbortSignal): Promise<HttpOutcome>;
  /**
   * Connects and waits `holdMs`: docker-proxy accepts connections even when nothing listens inside and closes
   * them at once, so only a connection that stays open (or is spoken to) counts.
   */
  tcp(address: HostAddress, holdMs: number, timeoutMs: number, signal: AbortSignal): Promise<TcpOutcome>;
  /** Whether what listens there takes part in a TLS handshake. Never rejects. */
  speaksTls(address: HostAddress, timeoutMs: number): Promise<boolean>;
  /** Nothing listens there right now. */
  isFree(address: HostAddress): Promise<boolean>;
}

export interface HttpProbe {
  readonly address: HostAddress;
  readonly path: string;
  /** Sent as Host: the service's own domain. */
  readonly host: string;
  readonly timeoutMs: number;
}

export type HttpOutcome =
  | {
      readonly type: "answered";
      readonly status: number;
      readonly tookMs: number;
      /** It is the sentence with which servers answer plain HTTP on a port that speaks TLS. */
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
