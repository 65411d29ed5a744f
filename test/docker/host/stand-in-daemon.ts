import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What a stand-in answers to `GET /version`. */
export interface Spoken {
  readonly Version: string;
  readonly MinAPIVersion: string;
  readonly ApiVersion: string;
}

export const docker20: Spoken = { Version: "20.10.24", MinAPIVersion: "1.12", ApiVersion: "1.41" };
export const docker28: Spoken = { Version: "28.5.2", MinAPIVersion: "1.24", ApiVersion: "1.51" };
export const docker29: Spoken = { Version: "29.7.2", MinAPIVersion: "1.44", ApiVersion: "1.55" };

export interface StandIn extends AsyncDisposable {
  readonly socket: string;
  /** How many connections it still has. */
  open(): Promise<number>;
}

/** A daemon that answers as the handler does, for what a real one cannot be made to do. */
export async function standIn(handler: Handler): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), "baton-daemon-"));
  const path = join(folder, "docker.sock");
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    socket: `unix://${path}`,
    open: () =>
      new Promise<number>((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * Says which versions of the API it speaks and refuses others, as Docker does; the handler gets the rest. `spoken` may
 * change from one request to the next, as if the daemon had been replaced.
 */
export function speaking(spoken: () => Spoken, handler: Handler): Handler {
  return (request, response) => {
    const { MinAPIVersion: oldest, ApiVersion: newest, Version } = spoken();
    response.setHeader("Api-Version", newest);
    if (request.url === "/version") {
      response.end(JSON.stringify({ Version, ApiVersion: newest, MinAPIVersion: oldest, Os: "linux" }));
      return;
    }
    const asked = /^\/v1\.(\d+)\//.exec(request.url ?? "")?.[1];
    const minor = (version: string) => Number(version.slice(2));
    const refusal =
      asked === undefined
        ? "this stand-in answers versioned requests only"
        : Number(asked) < minor(oldest)
          ? `client version 1.${asked} is too old. Minimum supported API version is ${oldest}, please upgrade your client to a newer version`
          : Number(asked) > minor(newest)
            ? `client version 1.${asked} is too new. Maximum supported API version is ${newest}`
            : null;
    if (refusal === null) return handler(request, response);
    request.resume();
    response.writeHead(400, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ message: refusal }));
  };
}
