import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";

/** A request like a user's, to see that it waits and is answered in the end. */
export interface HeldRequest {
  /** The status, or why there is none. Null while it waits. */
  outcome(): string | null;
  readonly done: Promise<string>;
  cancel(): void;
}

export function sendThroughFront(
  host: string,
  { httpPort, httpsPort, plainHttp }: { httpPort: number; httpsPort: number; plainHttp: boolean },
): HeldRequest {
  const options = { host: "127.0.0.1", headers: { Host: host, "User-Agent": "Baton" }, agent: false } as const;
  // A certificate that is not there yet is no reason not to ask.
  const asked = plainHttp
    ? plainRequest({ ...options, port: httpPort })
    : secureRequest({ ...options, port: httpsPort, servername: host, rejectUnauthorized: false });
  let outcome: string | null = null;
  const done = new Promise<string>((resolve) => {
    asked.on("response", (response) => {
      response.destroy();
      resolve(`status ${response.statusCode}`);
    });
    asked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  }).then((text) => {
    outcome = text;
    return text;
  });
  asked.end();
  return { outcome: () => outcome, done, cancel: () => asked.destroy() };
}
