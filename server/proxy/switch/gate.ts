import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../../files/durable-file.ts";
import { nullWhenMissing } from "./route-folders.ts";

/**
 * Two files that Caddy reads for each request, so that requests can be made to wait without loading a configuration:
 *
 *     gate/until     a time in milliseconds; a request that comes before it goes through the gate, any other past it
 *     gate/address   what is dialled at the gate, again and again: nowhere while it is closed, else the inner listener
 *
 * Who closes the gate moves `until` forward every second. When they die, requests soon go past the gate by themselves.
 */
export interface HoldGate {
  /** Makes the files where they are missing, and opens a gate that nobody keeps closed any more. */
  tend(nowMs: number): Promise<void>;
  /** Requests that come before this time wait. */
  close(untilMs: number): Promise<void>;
  /** Those who wait are served. */
  open(): Promise<void>;
}

const gateFolder = "gate";
/** The port of tcpmux, which nobody runs. */
const nowhere = "127.0.0.1:1";
const never = "0";

const placeholder = (routesFolder: string, name: string) => `{file.${join(routesFolder, gateFolder, name)}}`;

/** Dialled at the gate. */
export const gateAddress = (routesFolder: string) => placeholder(routesFolder, "address");

/** In CEL. A file that holds no time is no error: nothing waits then. */
export function matchGate(routesFolder: string) {
  const file = join(routesFolder, gateFolder, "until").replaceAll("'", "\\x27");
  const isSet = `vars_regexp('gate', '\\x7bfile.${file}\\x7d', '^[1-9][0-9]+$')`;
  return { expression: `${isSet} && int(ph(req, 'file.${file}')) > int(ph(req, 'time.now.unix_ms'))` } as const;
}

export function createGate(config: { readonly routesFolder: string; readonly innerPort: number }): HoldGate {
  const folder = join(config.routesFolder, gateFolder);
  const write = (name: string, text: string) => replaceFile(join(folder, name), `${text}\n`);
  const read = (name: string) => readFile(join(folder, name), "utf8").catch(nullWhenMissing);
  const inner = `127.0.0.1:${config.innerPort}`;

  async function open(): Promise<void> {
    await write("address", inner);
    await write("until", never);
  }

  return {
    open,

    async tend(nowMs) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Read and written in opposite orders: a gate that is just being closed is never taken for one that was left.
      const address = await read("address");
      const until = await read("until");
      const isKeptClosed = Number(until ?? never) > nowMs;
      if (!isKeptClosed && (until === null || address?.trim() !== inner)) await open();
    },

    async close(untilMs) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await write("until", String(untilMs));
      await write("address", nowhere);
    },
  };
}
