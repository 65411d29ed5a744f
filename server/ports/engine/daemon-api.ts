import { EngineRefused } from "./engine.ts";

/**
 * Docker's API as it is: JSON in, JSON out. For adapters of parts of it that have a room of their own. Rejects with
 * Refusal when the daemon refuses, with EngineUnavailable when it does not answer, and with the signal's reason when
 * aborted.
 */
export interface DaemonApi {
  ask<T>(request: DaemonCall, signal: AbortSignal, limitMs?: number): Promise<T>;
}

export interface DaemonCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path without the API's version and the query, such as `/containers/json`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | null>>;
  readonly body?: object;
}

/** The daemon refused; the message is its own, and the status that of HTTP. */
export class Refusal extends EngineRefused {
  override readonly name = "Refusal";
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
