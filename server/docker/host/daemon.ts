import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { link } from "../../async/linked-abort.ts";
import { Refusal } from "../../ports/engine/daemon-api.ts";
import { EngineUnavailable } from "../../ports/engine/engine.ts";
import type { DaemonAddress } from "../connection.ts";
import { dial, type UpgradeRequest } from "./exchange.ts";
import {
  type AgreedApi,
  createVersionedApi,
  type DaemonRequest,
  type Greeting,
  type RequestIn,
} from "./versioned-api.ts";

/** For inspecting, listing and creating: a daemon that takes longer hangs. */
const deadlineMs = 30_000;

/**
 * The connection to the daemon. Every call rejects with the signal's reason when aborted, with EngineUnavailable when
 * no daemon answers, and with Refusal when the daemon refuses.
 */
export interface Daemon {
  /** Asks the daemon what it is. */
  greet(signal: AbortSignal, limitMs?: number): Promise<Greeting>;
  /** What the daemon said last. Asks it only when that is not known, or may not be true any more. */
  greeted(signal: AbortSignal): Promise<Greeting>;
  /** The version of the API that is spoken with the daemon. */
  agreed(signal: AbortSignal): Promise<AgreedApi>;
  /** Makes one short exchange; JSON in, JSON out. A request that depends on the API's version is a function of it. */
  ask<T>(request: RequestIn, signal: AbortSignal, limitMs?: number): Promise<T>;
  /**
   * Makes a request whose answer may take any time: resolves with its bytes once the daemon begins to answer. The bytes
   * must be read; leaving the loop early closes the connection, as aborting does.
   */
  open(request: DaemonRequest, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
  /** Turns a request into a two-way connection. */
  upgrade(request: UpgradeRequest, signal: AbortSignal): Promise<Socket>;
  /** Connects without making a request. */
  dial(signal: AbortSignal): Promise<Socket>;
}

/** Resolves with null when the daemon reports that there is no such object. */
export async function ifThere<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}

export function createDaemon(address: DaemonAddress): Daemon {
  const api = createVersionedApi(address);

  /** The error that a failed call rejects with. */
  function failure(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    const translated = translate(error);
    if (translated instanceof EngineUnavailable) api.forget();
    return translated;
  }

  async function within<T>(
    limitMs: number,
    parent: AbortSignal,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    using abort = link(parent);
    const late = new EngineUnavailable(`Docker did not respond within ${Math.round(limitMs / 1000)} s.`);
    const timer = setTimeout(() => abort.now(late), limitMs);
    try {
      return await Promise.race([call(abort.signal), abort.rejection]);
    } catch (error) {
      throw failure(error, abort.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async function connected(signal: AbortSignal, connect: () => Promise<Socket>): Promise<Socket> {
    signal.throwIfAborted();
    try {
      return await connect();
    } catch (error) {
      throw failure(error, signal);
    }
  }

  async function* read(answer: IncomingMessage, signal: AbortSignal, close: () => void): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of answer) yield chunk;
    } catch (error) {
      throw failure(new EngineUnavailable("The connection to Docker was lost.", { cause: error }), signal);
    } finally {
      close();
    }
  }

  return {
    greet: (signal, limitMs = deadlineMs) => within(limitMs, signal, (within) => api.greet(within)),
    greeted: (signal) => within(deadlineMs, signal, (within) => api.greeted(within)),
    agreed: (signal) => within(deadlineMs, signal, (within) => api.agreed(within)),

    async ask<T>(request: RequestIn, parent: AbortSignal, limitMs = deadlineMs): Promise<T> {
      const answer = await within(limitMs, parent, async (signal) => text(await api.begin(request, signal)));
      return answer === "" ? (undefined as T) : JSON.parse(answer);
    },

    async open(request, signal) {
      const abort = link(signal);
      request.file?.on("error", abort.now);
      const close = () => {
        abort.now(new Error("The connection is no longer needed."));
        abort[Symbol.dispose]();
        request.file?.destroy();
      };
      try {
        const answer = await Promise.race([api.begin(request, abort.signal), abort.rejection]);
        return read(answer, abort.signal, close);
      } catch (error) {
        const reason = failure(error, abort.signal);
        close();
        throw reason;
      }
    },

    upgrade: (request, signal) => connected(signal, () => api.upgrade(request, signal)),
    dial: (signal) => connected(signal, () => dial(address, signal)),
  };
}

function translate(error: unknown): unknown {
  // System errors have a code: connection refused or reset, no such file, not permitted, out of descriptors.
  const hasCode = error instanceof Error && "code" in error;
  return hasCode ? new EngineUnavailable(`Docker cannot be reached: ${error.message}.`, { cause: error }) : error;
}
