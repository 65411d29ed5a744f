import { dockerArchitecture } from "../../../../builder/images/architectures.ts";
import type { TreeEntry } from "../../../ports/git.ts";
import type { Program } from "../../../rules/diagnosis/exec-trouble.ts";
import type { DeploymentContext } from "../../context/context.ts";

const limits = { maxEntries: 100_000, maxFileBytes: 2 ** 30, maxTotalBytes: 2 ** 34 };
const timeoutMs = 10_000;
const maxPrograms = 40;
/** Programs are recognised by their first bytes, but read whole. */
const maxBytes = 8 * 1024 * 1024;
const headBytes = 4_096;

/** The architecture of this server, and so of its Docker, as Docker names it. */
export const machineArchitecture = dockerArchitecture(process.arch);

/**
 * Finds the scripts and programs of the commit, to explain why one of them could not run. None when they cannot be
 * read.
 */
export async function findPrograms(context: DeploymentContext): Promise<readonly Program[]> {
  const { git, clock, product, deployment } = context;
  const commit = deployment.commit?.sha;
  if (commit === undefined) return [];
  const signal = clock.timeout(timeoutMs);
  try {
    const entries = await git.listTree(product.id, commit, limits, signal);
    const programs: Program[] = [];
    for (const { path, type } of entries.filter(mayBeProgram).slice(0, maxPrograms)) {
      const content = await git.readFile(product.id, commit, path, maxBytes, signal);
      if (content) programs.push({ path, executable: type === "executable", head: content.subarray(0, headBytes) });
    }
    return programs;
  } catch {
    // The list is a hint for people, so being unable to read it is no failure.
    return [];
  }
}

/** Executables, shell scripts, and files without an extension, most of which are programs. */
function mayBeProgram({ path, type, sizeBytes }: TreeEntry): boolean {
  if (sizeBytes > maxBytes || (type !== "file" && type !== "executable")) return false;
  const name = path.split("/").at(-1) ?? "";
  return type === "executable" || /\.(?:sh|bash)$/.test(name) || /^[\w-]+$/.test(name);
}
