import { constants, type FSWatcher, watch } from "node:fs";
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EngineMachine } from "../ports/engine/engine.ts";
import type { BuildLimiter, BuildLimitState, BuildLimits } from "../ports/host/build-limiter.ts";

/** Has the shape that rules/rollout/build-limits.ts returns. */
export interface LimitSteps {
  readonly limits: BuildLimits;
  readonly settings: readonly Setting[];
  readonly handDown: { readonly files: readonly string[]; readonly text: string };
  readonly steps: { readonly folder: string; readonly name: RegExp; readonly files: readonly LimitFile[] } | null;
}

interface LimitFile {
  readonly file: string;
  readonly limit: number | null;
  readonly unlimited: string;
}

interface Setting extends LimitFile {
  readonly folder: string;
}

/**
 * Implements the BuildLimiter port on the kernel's control groups. The group belongs to the engine, so several Batons
 * on one engine share it, and the last write wins. `root` is where control groups are mounted.
 */
export function createBuildLimiter(parts: {
  readonly machine: (signal: AbortSignal) => Promise<EngineMachine>;
  readonly plan: (machine: EngineMachine) => LimitSteps | string;
  readonly root?: string;
}): BuildLimiter {
  const root = parts.root ?? "/sys/fs/cgroup";
  const stepLimiter = createStepLimiter(root);
  let last: BuildLimitState | null = null;
  /** Limits that are off are lifted once, because another Baton may have set them. */
  let hasLifted = false;
  let known: EngineMachine | null = null;

  async function planNow(signal: AbortSignal): Promise<LimitSteps | string> {
    // Asking costs the daemon something, and its answer does not change.
    known ??= await parts.machine(signal);
    return parts.plan(known);
  }

  async function set(signal: AbortSignal): Promise<BuildLimitState> {
    const plan = await planNow(signal);
    if (typeof plan === "string") return { type: "missing", why: plan };
    if (plan.steps !== null) {
      return (await stepLimiter.hold(plan.steps))
        ? { type: "held", limits: plan.limits, each: "step" }
        : { type: "off" };
    }
    if (!hasLifted) {
      await lift(
        root,
        plan.settings.filter(({ limit }) => limit === null),
      );
      hasLifted = true;
    }
    const limited = plan.settings.filter(({ limit }) => limit !== null);
    if (limited.length === 0) return { type: "off" };
    for (const setting of limited) await hold(root, setting, plan.handDown);
    return { type: "held", limits: plan.limits, each: "all" };
  }

  return {
    async apply(signal) {
      try {
        last = await set(signal);
      } catch (error) {
        signal.throwIfAborted();
        last = { type: "missing", why: reasonOf(error) };
      }
      return last;
    },
    state: () => last,
    async remove(signal) {
      stepLimiter.close();
      const plan = await planNow(signal);
      if (typeof plan !== "string") await lift(root, plan.settings);
    },
  };
}

/** Limits the group of each build step as soon as it exists. The group disappears with its step. */
function createStepLimiter(root: string) {
  let watcher: FSWatcher | null = null;

  function watchFolder(folder: string, onName: (name: string) => Promise<void>): void {
    const own = watch(folder, { persistent: false }, (_, name) => void (name && onName(name)));
    watcher = own;
    own.once("error", () => {
      own.close();
      watcher = null;
    });
  }

  return {
    /** Resolves with false when no step needs a limit. */
    async hold(steps: NonNullable<LimitSteps["steps"]>): Promise<boolean> {
      const limited = steps.files.filter(({ limit }) => limit !== null);
      if (limited.length === 0) return false;
      const folder = join(root, steps.folder);
      // A single step may be over before its group is reached. Whatever prevents all steps from being limited fails
      // here.
      await access(folder, constants.W_OK);
      const holdStep = async (name: string) => {
        if (!steps.name.test(name)) return;
        for (const { file, limit } of limited) {
          // The step may be over already.
          await writeFile(join(folder, name, file), `${limit}\n`, { flag: "r+" }).catch(() => {});
        }
      };
      if (watcher === null) watchFolder(folder, holdStep);
      for (const name of await readdir(folder)) await holdStep(name);
      return true;
    },

    close(): void {
      watcher?.close();
      watcher = null;
    },
  };
}

async function hold(root: string, { folder, file, limit }: Setting, handDown: LimitSteps["handDown"]): Promise<void> {
  const path = join(root, folder, file);
  if (Number(await textOf(path)) === limit) return;
  // The engine creates the group at the first build after a reboot, and reuses an existing one.
  for (const parent of handDown.files) {
    await mkdir(join(root, dirname(parent)), { recursive: true });
    await writeFile(join(root, parent), handDown.text);
  }
  await mkdir(join(root, folder), { recursive: true });
  await writeFile(path, `${limit}\n`, { flag: "r+" });
  const now = (await textOf(path))?.trim();
  if (Number(now) !== limit) throw new Error(`${file} contains ${now ?? "nothing"} after ${limit} was written to it`);
}

async function lift(root: string, settings: readonly Setting[]): Promise<void> {
  for (const { folder, file, unlimited } of settings) {
    const path = join(root, folder, file);
    if ((await textOf(path)) !== null) await writeFile(path, `${unlimited}\n`, { flag: "r+" });
  }
}

/** Null when the file does not exist. */
async function textOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

/** A clause that says why the limits cannot be set. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if ((code === "EACCES" || code === "EPERM") && process.getuid?.() !== 0) return "Baton does not run as root";
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") return "control groups are read-only here";
  if (code === "ENOENT") return "this kernel has no control groups for memory and processes";
  if (code === "EBUSY") return "builds already use more than the limit, or processes prevent it from being set";
  return message.split("\n")[0]?.slice(0, 200) ?? "";
}
