import { delimiter, dirname, join } from "node:path";
import type { Distribution } from "../ports/host/host-packages.ts";
import { certificates } from "./certificates.ts";
import { debianRoot } from "./debian-root.ts";
import { hostProgram } from "./host-program.ts";
import { npmPackage } from "./npm-package.ts";
import { removeLeftovers, type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

/** Debian's packages through mmdebstrap, the npm registry through npm, and files of this machine. */
export function createDistribution(world: {
  /** Temporary files of some hundred megabytes; nothing in it outlives its use. */
  readonly folder: string;
  /** A path, or a name on PATH. */
  readonly caddyBin: string;
  /** For the programs that are run: proxies, certificates, registries. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}): Distribution {
  const folder = join(world.folder, "distribution");
  const environment = forCommands(world.environment ?? process.env);
  let swept: Promise<void> | undefined;

  /** A folder that `use` hands on to a stream, or that goes at once when it fails. */
  async function inFolder<Result>(use: (folder: TemporaryFolder) => Promise<Result>): Promise<Result> {
    swept ??= removeLeftovers(folder);
    await swept;
    const temporary = await temporaryFolder(folder);
    try {
      return await use(temporary);
    } catch (error) {
      await temporary.remove();
      throw error;
    }
  }

  return {
    debianRoot: (request, onLine, signal) =>
      inFolder((temporary) => debianRoot(request, temporary, environment, onLine, signal)),
    npmPackage: (name, range, onLine, signal) =>
      inFolder((temporary) => npmPackage(name, range, temporary, environment, onLine, signal)),
    caddy: (signal) => hostProgram(world.caddyBin, environment, signal),
    certificates: () => certificates(environment),
  };
}

/** Services are started with a short PATH: npm lies beside node, and what mmdebstrap calls in the system's folders. */
function forCommands(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  const path = [environment.PATH, dirname(process.execPath), ...system].filter(Boolean).join(delimiter);
  return { ...environment, PATH: path, DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l", LC_ALL: "C.UTF-8" };
}
