import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type DaemonCall, Refusal } from "../../ports/engine/daemon-api.ts";
import { EngineUnavailable } from "../../ports/engine/engine.ts";
import type { DaemonAddress } from "../connection.ts";
import { agreeOnApiVersion, isAtLeast, type SpokenApi } from "./api-version.ts";
import { exchange, type UpgradeRequest, upgrade } from "./exchange.ts";

export interface DaemonRequest extends DaemonCall {
  /** The body to send; it is destroyed afterwards, whatever the outcome. */
  readonly file?: Readable;
}

/** The version of the API in which a request is made. */
export interface AgreedApi {
  readonly version: string;
  has(version: string): boolean;
}

/** A request, or what makes it for a version of the API. */
export type RequestIn = DaemonRequest | ((api: AgreedApi) => DaemonRequest);

/** The daemon's answer to `GET /version`, and the version that was agreed on. */
export interface Greeting extends SpokenApi {
  readonly Os: string;
  readonly GitCommit?: string;
  readonly Platform?: { readonly Name: string };
  readonly Components?: readonly { readonly Name: string }[];
  readonly agreed: AgreedApi;
}

export interface VersionedApi {
  /** Asks the daemon what it is, and agrees on a version anew. */
  greet(signal: AbortSignal): Promise<Greeting>;
  /** What the daemon said last; asks it when nothing is known, or when another one has taken its place. */
  greeted(signal: AbortSignal): Promise<Greeting>;
  /** Agrees on a version when there is none yet. */
  agreed(signal: AbortSignal): Promise<AgreedApi>;
  /** Resolves when the daemon begins to answer. */
  begin(request: RequestIn, signal: AbortSignal): Promise<IncomingMessage>;
  upgrade(request: UpgradeRequest, signal: AbortSignal): Promise<Socket>;
  /** The daemon may be another one from now on. */
  forget(): void;
}

/**
 * Speaks to a daemon in the newest version of its API that both know. The version is agreed on with the first request,
 * and again when the daemon turns out to have been replaced: it refuses the version, or reports a newest version of its
 * own that differs from before.
 */
export function createVersionedApi(address: DaemonAddress): VersionedApi {
  let known: (AgreedApi & { readonly newest: string; readonly greeting: Omit<Greeting, "agreed"> }) | null = null;

  async function greet(signal: AbortSignal): Promise<Greeting> {
    const answer = await exchange(address, { method: "GET", path: "/version" }, signal);
    const greeting: Omit<Greeting, "agreed"> = JSON.parse(await text(answer));
    const version = agreeOnApiVersion(greeting);
    known = { version, newest: greeting.ApiVersion, greeting, has: (wanted) => isAtLeast(version, wanted) };
    return { ...greeting, agreed: known };
  }

  const agreed = async (signal: AbortSignal) => known ?? (await greet(signal)).agreed;

  async function inAgreedVersion<T>(call: (api: AgreedApi) => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await call(await agreed(signal));
    } catch (error) {
      if (!isOutdated(error)) throw error;
      return await call((await greet(signal)).agreed);
    }
  }

  async function send(request: DaemonRequest, api: AgreedApi, signal: AbortSignal): Promise<IncomingMessage> {
    const { method, path, query = {}, body, file } = request;
    try {
      const answer = await exchange(address, { method, path: pathIn(api, path) + queryOf(query), body, file }, signal);
      const newest = answer.headers["api-version"];
      if (newest !== undefined && newest !== known?.newest) known = null;
      return answer;
    } catch (error) {
      // What has been sent of a stream cannot be sent again.
      if (file && isOutdated(error)) {
        known = null;
        throw new EngineUnavailable("Docker has been replaced by another version.", { cause: error });
      }
      throw error;
    }
  }

  return {
    greet,
    greeted: async (signal) => (known ? { ...known.greeting, agreed: known } : greet(signal)),
    agreed,
    begin: (request, signal) =>
      inAgreedVersion((api) => send(typeof request === "function" ? request(api) : request, api, signal), signal),
    upgrade: (request, signal) =>
      inAgreedVersion((api) => upgrade(address, { ...request, path: pathIn(api, request.path) }, signal), signal),
    forget() {
      known = null;
    },
  };
}

function pathIn({ version }: AgreedApi, path: string): string {
  return `/v${version}${path}`;
}

function queryOf(query: NonNullable<DaemonRequest["query"]>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    if (value === null) return [];
    const values = typeof value === "object" ? value : [value];
    return values.map((one): [string, string] => [name, String(one)]);
  });
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

function isOutdated(error: unknown): boolean {
  return (
    error instanceof Refusal && error.status === 400 && /client version \S+ is too (?:new|old)/.test(error.message)
  );
}
