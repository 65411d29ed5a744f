import { type Architecture, architectureNamed, architectures } from "../../../../builder/images/architectures.ts";
import { officialImage } from "../../../../builder/images/base-images.ts";
import type { BaseName } from "../../../../builder/plan/plan.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Engine } from "../../../ports/engine/engine.ts";
import type { BuildOutput } from "../../../ports/engine/images.ts";
import { type HostPackages, HostPackagesUnavailable } from "../../../ports/host/host-packages.ts";
import type { BaseImageMessage, ReportProgress } from "./base-image-messages.ts";
import { createLocalImages, type EnsureLocal } from "./local-images.ts";
import { createOfficialImages } from "./official-images.ts";
import { createSharedWork } from "./shared-work.ts";

/**
 * The base images of Dockerfiles. Deployments that want the same image share the work, and cancelling one does not
 * affect the others. Both methods reject with HostPackagesUnavailable when an image can only be made here, and making
 * it fails.
 */
export interface BaseImages {
  /** Resolves with the reference to put after FROM, for a base that a generated Dockerfile names. */
  resolve(base: BaseName, onNote: OnNote, onOutput: OnOutput, signal: AbortSignal): Promise<string>;
  /**
   * Makes `baton/<base>`, which a user's Dockerfile names, unless it exists. Resolves with a tag of this Baton's own
   * for it.
   */
  ensureLocal(base: BaseName, onNote: OnNote, onOutput: OnOutput, signal: AbortSignal): Promise<string>;
}

type OnNote = (text: string) => void;
type OnOutput = (output: BuildOutput) => void;

export function createBaseImages(needs: {
  readonly engine: Pick<Engine, "instance" | "build" | "pull" | "importImage" | "inspectImage" | "tagImage">;
  readonly hostPackages: HostPackages;
  readonly clock: Clock;
  /**
   * BATON_BASE_IMAGES: `official`, `local`, `auto` (official, and local when that cannot be pulled), or the prefix of a
   * mirror.
   */
  readonly mode: string;
  /** The architecture of the containers; by default, this host's own. Null when no image can be made for it. */
  readonly architecture?: Architecture | null;
}): BaseImages {
  const { mode } = needs;
  const { architecture = architectureNamed(process.arch) } = needs;
  const local = architecture === null ? noLocalImages : createLocalImages({ ...needs, architecture });
  const haveOfficial = createOfficialImages(needs);
  const sharePull = createSharedWork<boolean, BaseImageMessage>();

  function officialOf(base: BaseName): string {
    const official = officialImage(base);
    if (!official) throw new Error(`there is no base image named ${base}`);
    return official;
  }

  async function officialOrLocal(base: BaseName, report: ReportProgress, signal: AbortSignal): Promise<string> {
    const official = officialOf(base);
    const pull = (reportToAll: ReportProgress, stop: AbortSignal) => haveOfficial(official, reportToAll, stop);
    return (await sharePull(official, pull, report, signal)) ? official : local(base, report, signal);
  }

  return {
    async resolve(base, onNote, onOutput, signal) {
      switch (mode) {
        case "official":
          return officialOf(base);
        case "local":
          return local(base, reportTo(onNote, onOutput), signal);
        case "auto":
          return officialOrLocal(base, reportTo(onNote, onOutput), signal);
        default:
          return `${mode.replace(/\/$/, "")}/${officialOf(base)}`;
      }
    },
    ensureLocal: (base, onNote, onOutput, signal) => local(base, reportTo(onNote, onOutput), signal),
  };
}

const noLocalImages: EnsureLocal = async () => {
  const known = architectures.join(" and ");
  throw new HostPackagesUnavailable(`base images can only be made on ${known}, and this server is ${process.arch}`);
};

function reportTo(onNote: OnNote, onOutput: OnOutput): ReportProgress {
  return (message) => (message.type === "note" ? onNote(message.text) : onOutput(message));
}
