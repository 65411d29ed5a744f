import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { HostPackagesUnavailable } from "../ports/host/host-packages.ts";
import { debianSources, indexTargetFormat } from "./debian-sources.ts";
import { type Command, CommandFailed, runCommand } from "./run-command.ts";
import { readAndForget, type TemporaryFolder } from "./temporary-folder.ts";

const packagesOfTool = ["mmdebstrap", "debian-archive-keyring", "gpg"];
const installCommand = `apt-get install ${packagesOfTool.join(" ")}`;

type OnLine = (line: string) => void;
type Run = (program: string, args: readonly string[], onLine: OnLine, signal: AbortSignal) => Promise<void>;

/** Builds a minimal Debian with mmdebstrap and returns it as a tar stream. `folder` is removed when the stream ends. */
export async function debianRoot(
  request: { readonly suite: string; readonly packages: readonly string[] },
  folder: TemporaryFolder,
  environment: Command["environment"],
  onLine: OnLine,
  signal: AbortSignal,
): Promise<Readable> {
  const run: Run = (program, args, on, stop) => runCommand({ program, args, cwd: folder.path, environment }, on, stop);
  const tar = join(folder.path, "root.tar");
  const args = mmdebstrapArguments(request, tar, await ownSources(run, request.suite, signal));
  try {
    await run("mmdebstrap", args, onLine, signal);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    if (!error.missing) throw notMade(request.suite, error);
    await installTool(run, onLine, signal);
    await run("mmdebstrap", args, onLine, signal).catch((cause: unknown) => {
      throw cause instanceof CommandFailed ? notMade(request.suite, cause) : cause;
    });
  }
  return readAndForget(createReadStream(tar), folder);
}

export function mmdebstrapArguments(
  request: { readonly suite: string; readonly packages: readonly string[] },
  tar: string,
  sources: readonly string[],
): readonly string[] {
  return [
    "--variant=minbase",
    "--format=tar",
    `--include=${request.packages.join(",")}`,
    // Lays out the merged /usr beforehand. Otherwise a package does it, which brings all of Perl (50 MB).
    "--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr",
    // Skips fsync for each file, which saves about 10 of 30 s: after a power cut, everything is built again anyway.
    "--dpkgopt=force-unsafe-io",
    request.suite,
    tar,
    ...sources,
  ];
}

async function ownSources(run: Run, suite: string, signal: AbortSignal): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    await run(
      "apt-get",
      ["indextargets", "--format", indexTargetFormat, "Created-By: Packages"],
      (line) => lines.push(line),
      signal,
    );
  } catch (error) {
    if (error instanceof CommandFailed) return [];
    throw error;
  }
  return debianSources(lines.join("\n"), suite);
}

async function installTool(run: Run, onLine: OnLine, signal: AbortSignal): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new HostPackagesUnavailable(`mmdebstrap is missing; as root, run: ${installCommand}`);
  }
  const wait = ["-o", "DPkg::Lock::Timeout=120"];
  onLine(`mmdebstrap is missing: ${installCommand}`);
  try {
    // A broken source may not be one of those that have these packages: the installation decides.
    await run("apt-get", ["update", ...wait], onLine, signal).catch((error: unknown) => {
      if (!(error instanceof CommandFailed) || error.missing) throw error;
    });
    await run("apt-get", ["install", "-y", "--no-install-recommends", ...wait, ...packagesOfTool], onLine, signal);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const reason = error.missing
      ? "mmdebstrap is missing, and this system has no apt-get to install it with"
      : `mmdebstrap is missing and cannot be installed (${error.lastLines.at(-1) ?? error.message})`;
    throw new HostPackagesUnavailable(reason, { cause: error });
  }
}

function notMade(suite: string, cause: CommandFailed): HostPackagesUnavailable {
  const said = cause.lastLines.findLast((line) => line.startsWith("E:")) ?? cause.lastLines.at(-1) ?? cause.message;
  return new HostPackagesUnavailable(`Debian's packages (${suite}) cannot be fetched or unpacked: ${said}`, { cause });
}
