import { PlanProblem, type ServicePlan } from "../plan/plan.ts";
import { argumentVector } from "../shell/simple-command.ts";

/** A process of a Procfile that becomes a service. */
export interface ProcessService {
  /** Its type in the Procfile. */
  readonly type: string;
  readonly kind: Extract<ServicePlan["kind"], "web" | "worker" | "init">;
  readonly line: string | null;
  /** The command; null runs the image's own. */
  readonly command: readonly string[] | null;
}

export interface ProcessChoice {
  /** The services; the stack's main service comes first. */
  readonly services: readonly ProcessService[];
  /** Types that do not run, because baton.yaml does not name them. */
  readonly leftOff: readonly string[];
}

/** The process type that runs to completion before the other services of its stack start. */
const initType = "release";
const usualTypes: readonly string[] = ["web", "worker"];

/**
 * Returns the lines of a Procfile that run. `wanted` are the types that baton.yaml names; undefined when it names none.
 */
export function linesThatRun(
  processes: ReadonlyMap<string, string>,
  wanted: readonly string[] | undefined,
): readonly string[] {
  return [...processes].flatMap(([type, line]) => (runs(type, wanted) ? [line] : []));
}

/**
 * Chooses which processes of a Procfile become services. `wanted` are the types that baton.yaml names. Throws
 * PlanProblem.
 */
export function chooseProcesses(
  processes: ReadonlyMap<string, string>,
  image: {
    readonly kind: "web" | "worker";
    /** Whether the image's own command comes from the Procfile, if that has a process of this kind. */
    readonly startsProcess: boolean;
  },
  wanted: readonly string[] | undefined,
): ProcessChoice {
  const started = startedType(processes, image.kind);
  const unknown = (wanted ?? []).find((type) => type !== started && !processes.has(type));
  if (unknown !== undefined) {
    const known = [...new Set([started, ...processes.keys()])].join(", ");
    throw new PlanProblem(
      `baton.yaml names the process ${unknown}, which the Procfile does not have`,
      `It has ${known}.`,
    );
  }
  const types = [...new Set([started, ...processes.keys()])];
  const services = types
    .filter((type) => runs(type, wanted) || (wanted === undefined && type === started))
    .map((type): ProcessService => {
      const line = processes.get(type) ?? null;
      const isImagesOwn = type === started && (image.startsProcess || line === null);
      return {
        type,
        kind: kindOf(type, image.kind, started),
        line,
        command: isImagesOwn ? null : argumentVector(line ?? ""),
      };
    });
  const inits = services.filter(({ kind }) => kind === "init");
  return {
    services: [...services.filter(({ kind }) => kind !== "init"), ...inits],
    leftOff: wanted === undefined ? types.filter((type) => type !== started && !runs(type, wanted)) : [],
  };
}

function runs(type: string, wanted: readonly string[] | undefined): boolean {
  return type === initType || (wanted ?? usualTypes).includes(type);
}

function kindOf(type: string, startedKind: "web" | "worker", started: string): ProcessService["kind"] {
  if (type === initType) return "init";
  if (type === started) return startedKind;
  return type === "web" ? "web" : "worker";
}

/** Returns the type that the image starts. A Procfile without `web` and `worker` is started by its only process. */
function startedType(processes: ReadonlyMap<string, string>, kind: "web" | "worker"): string {
  if (processes.has(kind) || kind === "web") return kind;
  return [...processes.keys()].find((type) => type !== initType) ?? kind;
}
