import { admitAdministrator } from "../../commands/access/admit-administrator.ts";
import { makeFirstLink } from "../../commands/people/make-links.ts";
import { routes } from "../../routes.ts";
import { missingSteps } from "../../rules/products/missing-steps.ts";
import { createHostStates } from "../../web/read/host-states.ts";
import { readSetUpSteps } from "../../web/read/set-up-facts.ts";
import type { ServerAdapters } from "../adapters.ts";
import type { Config } from "../config.ts";
import { greeting } from "./greeting.ts";
import { pushHello } from "./hello.ts";

interface Welcome {
  readonly config: Config;
  readonly adapters: ServerAdapters;
  readonly terminal: NodeJS.WritableStream;
  /** When this server began to start, on the monotonic clock. */
  readonly beganMs: number;
}

/**
 * Prints where everything is and what is missing, and pushes the bundled app on the very first start. The token and
 * the link of the first administrator are made only now: if no terminal showed them, nobody could sign in.
 */
export async function greet(welcome: Welcome, signal: AbortSignal): Promise<void> {
  const { config, adapters, terminal, beganMs } = welcome;
  const newToken = await admitAdministrator(adapters, config.adminToken);
  const first = await makeFirstLink(adapters);
  const firstLink = first && new URL(routes.join(first.secret), config.publicUrl).href;
  const tookMs = adapters.clock.monotonicMs() - beganMs;
  const appAddress = adapters.urlOf(`<product>.${config.domain}`);
  terminal.write(greeting({ publicUrl: config.publicUrl, newToken, firstLink, appAddress, tookMs }));
  const token = newToken ?? config.adminToken;
  if (config.deployHello && token !== null) await helloOnce(welcome, token, signal);
  await printMissingSteps(welcome, signal);
}

/** Pushes the bundled app on the first start of an empty data folder, once, whether or not the push succeeds. */
async function helloOnce({ config, adapters, terminal }: Welcome, token: string, signal: AbortSignal): Promise<void> {
  const { products, settings } = adapters.store;
  const isFirst = (await products.list()).length === 0 && (await settings.get("hello")) === null;
  await settings.set("hello", "done");
  if (!isFirst) return;
  terminal.write("  Pushing the bundled sample app to itself, as you would push yours:\n\n");
  const code = await pushHello(listenUrl(config.listen), token, signal);
  if (code !== 0) {
    terminal.write("\n  The sample app was not deployed; the lines above say why. Baton itself is running.\n");
  }
}

/** Uses loopback, since the public URL may not work yet: DNS, the firewall or a certificate may be missing. */
function listenUrl({ host, port }: Config["listen"]): URL {
  const isEvery = host === "0.0.0.0" || host === "::";
  return new URL(`http://${isEvery ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host}:${port}`);
}

/** Prints what keeps others from reaching a server that is meant to be public. */
async function printMissingSteps({ config, adapters, terminal }: Welcome, signal: AbortSignal): Promise<void> {
  const { publicUrl, domain, httpsPort, listen } = config;
  const hostStates = createHostStates({ ...adapters, httpsPort });
  const steps = await readSetUpSteps({ ...config, ...adapters, hostStates }, signal);
  const lines = missingSteps({ steps, publicUrl, domain, listenPort: listen.port, checklist: routes.setUp() });
  if (lines.length > 0) terminal.write(`\n${lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}\n\n`);
}
