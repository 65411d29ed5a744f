import { isPublicAddress } from "../../model/names/public-address.ts";

/** What to run on a new machine, and what its user should know first. */
export interface JoinCommand {
  readonly command: string;
  /** One sentence; null if there is nothing. */
  readonly warning: string | null;
}

/**
 * The script asks Baton at its public URL. Where that is loopback, which no other machine reaches, SSH carries it over.
 */
export function joinCommand(publicUrl: URL, scriptPath: string, secret: string): JoinCommand {
  const script = new URL(scriptPath, publicUrl).href;
  const fetched = `curl -fsS ${script} | sh -s -- ${secret}`;
  if (isLoopback(publicUrl.hostname)) {
    const port = publicUrl.port || (publicUrl.protocol === "https:" ? "443" : "80");
    return {
      command: `ssh -R ${port}:127.0.0.1:${port} root@NEW-MACHINE '${fetched}'`,
      warning: `Baton answers only at ${publicUrl.origin}, which another machine cannot reach. Run this on the server, with the new machine's name: it lends the new machine a way to Baton for as long as it runs.`,
    };
  }
  const isReadable = publicUrl.protocol === "http:";
  return {
    command: fetched,
    warning: isReadable
      ? `${publicUrl.origin} is not encrypted${isPublicAddress(publicUrl.hostname) ? ", and public" : ""}: whoever can change traffic on the way could change what the new machine runs as root.`
      : null,
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127\./.test(hostname);
}
