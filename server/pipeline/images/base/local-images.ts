import type { Architecture } from "../../../../builder/images/architectures.ts";
import { baseImage, type LocalImage } from "../../../../builder/images/base-images.ts";
import type { BaseName } from "../../../../builder/plan/plan.ts";
import type { ImageId } from "../../../model/names/ids.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Engine } from "../../../ports/engine/engine.ts";
import type { HostPackages } from "../../../ports/host/host-packages.ts";
import { baseImageFiles, filesFolder } from "./base-image-files.ts";
import { type BaseImageMessage, note, type ReportProgress } from "./base-image-messages.ts";
import { createSharedWork } from "./shared-work.ts";

/**
 * Finds or makes `baton/<base>`, and resolves with this Baton's own tag for it. Rejects with HostPackagesUnavailable.
 */
export type EnsureLocal = (base: BaseName, report: ReportProgress, signal: AbortSignal) => Promise<string>;

export function createLocalImages(needs: {
  readonly engine: Pick<Engine, "instance" | "build" | "importImage" | "inspectImage" | "tagImage">;
  readonly hostPackages: HostPackages;
  readonly clock: Clock;
  readonly architecture: Architecture;
}): EnsureLocal {
  const { engine, hostPackages, clock, architecture } = needs;
  const share = createSharedWork<string, BaseImageMessage>();
  const ownTag = (base: BaseName) => `baton-${engine.instance}/base-${base}`;

  const ensure: EnsureLocal = (base, report, signal) =>
    share(base, (reportToAll, stop) => findOrMake(base, reportToAll, stop), report, signal);

  /**
   * The image gets two names: all Batons of a daemon share it, and each can remove its own tag without taking it from
   * the others.
   */
  async function findOrMake(base: BaseName, report: ReportProgress, signal: AbortSignal): Promise<string> {
    const [own, common] = [ownTag(base), `baton/${base}`];
    const ours = await engine.inspectImage(own, signal);
    const everybodys = await engine.inspectImage(common, signal);
    if (ours && !everybodys) await engine.tagImage(ours.id, common, signal);
    if (!ours && everybodys) await engine.tagImage(everybodys.id, own, signal);
    if (ours || everybodys) return own;

    const image = baseImage(base, architecture);
    if (!image) throw new Error(`there is no base image named ${base}`);
    if (image.standIn) {
      report(note(`Using baton/${image.standIn} in place of ${base}, which only a registry has`));
      return ensure(image.standIn, report, signal);
    }
    if (image.local.base) await ensure(image.local.base, report, signal);
    report(note(`Building ${common} from ${image.local.effort}`));
    const beganMs = clock.monotonicMs();
    await engine.tagImage(await make(image.local, own, report, signal), common, signal);
    report(note(`${common} is ready (${Math.round((clock.monotonicMs() - beganMs) / 1000)} s)`));
    return own;
  }

  /** The engine tags only a complete image, so an interruption never leaves a partial one under this tag. */
  async function make(local: LocalImage, tag: string, report: ReportProgress, signal: AbortSignal): Promise<ImageId> {
    const onLine = (text: string) => report({ type: "line", text });
    const dockerfile = local.base ? localDockerfile(local, ownTag(local.base)) : null;
    const tar = await baseImageFiles(local.ingredients, dockerfile, hostPackages, onLine, signal);
    if (dockerfile === null) return engine.importImage(tar, tag, local.settings, signal);
    const request = {
      dockerfile: "Dockerfile",
      tag,
      target: null,
      args: {},
      owner: null,
      cacheNamespace: "baton-base",
    };
    return engine.build({ context: tar, ...request }, report, signal);
  }

  return ensure;
}

function localDockerfile(local: LocalImage, from: string): string {
  const run = `RUN ${local.commands.join(" && ")}`;
  return `${[`FROM ${from}`, `COPY ${filesFolder} /`, run, ...local.settings].join("\n")}\n`;
}
