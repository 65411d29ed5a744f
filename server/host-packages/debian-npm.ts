import { delimiter, dirname, join } from "node:path";
import type { HostPackages } from "../ports/host/host-packages.ts";
import { certificates } from "./certificates.ts";
import { debianRoot } from "./debian-root.ts";
import { hostProgram } from "./host-program.ts";
import { npmPackage } from "./npm-package.ts";
import { removeLeftovers, type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

/**
 * Implements host packages with mmdebstrap for Debian's packages, npm for the npm registry, and files of this machine.
 */
export function createHostPackages(world: {
  /** Holds temporary files of some hundred megabytes. Each is removed after use. */
  readonly folder: string;
  /** A path, or a name on PATH. */
  readonly caddyBin: string;
  /** Passed to the programs that are run: proxies, certificates, registries. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}): HostPackages {
  const folder = join(world.folder, "distribution");
  const environment = forCommands(world.environment ?? process.env);
  let swept: Promise<void> | undefined;

  /** Creates a folder whose stream `use` returns. The folder is removed with the stream, or at once on failure. */
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

/** Services start with a short PATH. npm is beside node, and what mmdebstrap calls is in the system's folders. */
function forCommands(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  const path = [environment.PATH, dirname(process.execPath), ...system].filter(Boolean).join(delimiter);
  return { ...environment, PATH: path, DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l", LC_ALL: "C.UTF-8" };
}
