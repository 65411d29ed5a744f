import { pendingStack, type StackProgress } from "../../model/deployment/event.ts";
import type { ServiceKind } from "../../model/deployment/spec.ts";
import type { Journal } from "./journal.ts";
import { createPhaseCount, type Phase } from "./phase-count.ts";

/**
 * The percentage of a stack when it enters a phase. From "Starting services" on, the services that have completed their
 * phases add to it.
 */
const percentAt: Readonly<Record<Phase, number>> = {
  "Building images": 5,
  "Pulling images": 5,
  "Running init containers": 40,
  "Starting services": 45,
  "Checking health": 50,
  "Cut-over": 92,
  Draining: 96,
};
const percentOfServices = 40;

/** The current state of a stack. */
type Move = Pick<StackProgress, "status" | "phase" | "percent" | "currentService">;

interface Listed {
  readonly name: string;
  readonly services: readonly { readonly name: string; readonly kind: ServiceKind }[];
}

/** Records the progress of each stack of a deployment in its journal, whenever it changes. Percentages never fall. */
export interface StackProgressRecorder {
  /** Names the deployment's stacks. They are pending until something is recorded about them. */
  list(stacks: readonly Listed[]): void;
  /** The stack of this service enters the phase, and works on the service. */
  enter(phase: Phase, service: string): void;
  /** All stacks enter the phase. */
  enterAll(phase: Phase): void;
  /** The old container of this service is being stopped. */
  removing(service: string): void;
  /** This service has passed its check, or has run to its end. A stack is running once all of its services have. */
  through(service: string): void;
  /** The deployment is ready. */
  finish(): void;
  /** The stack of the service that failed gives the reason; the others say that they were rolled back. */
  fail(service: string | null, message: string): void;
}

export function createStackProgressRecorder(
  journal: Pick<Journal, "stack">,
  before: readonly StackProgress[] = [],
): StackProgressRecorder {
  const table = createStackTable(journal, before);
  const { stacks, stackOf } = table;

  /** Null as the phase leaves the stack in its current one. */
  function report(service: string, at: Pick<Move, "status" | "percent"> & { readonly phase: Phase | null }): void {
    const name = stackOf.get(service);
    if (name === undefined) return;
    if (at.phase !== null) table.phases.enter(name, at.phase, service);
    table.put(name, { ...at, phase: at.phase ?? stacks.get(name)?.phase ?? null, currentService: service });
  }

  return {
    list: table.list,
    enter: (phase, service) => report(service, { status: "deploying", phase, percent: percentAt[phase] }),
    enterAll(phase) {
      // A running stack stays running, and shows the progress of the whole deployment.
      for (const [name, stack] of stacks) {
        const status = stack.status === "running" ? "running" : "deploying";
        table.put(name, { status, phase, percent: percentAt[phase], currentService: null });
      }
    },
    removing: (service) =>
      report(service, { status: "removing", phase: null, percent: percentAt["Starting services"] }),
    through(service) {
      table.done.add(service);
      const name = stackOf.get(service);
      const stack = name === undefined ? undefined : stacks.get(name);
      if (name === undefined || !stack) return;
      const through = table.doneOf(name);
      const percent = percentAt["Checking health"] + Math.round((percentOfServices * through) / stack.serviceCount);
      const isRunning = through === stack.serviceCount;
      table.put(name, { ...stack, percent, ...(isRunning && { status: "running", currentService: null }) });
    },
    finish() {
      for (const [name, { serviceCount }] of stacks) table.change(name, { ...finished, servicesDone: serviceCount });
    },
    fail(service, message) {
      const failed = service === null ? null : (stackOf.get(service) ?? null);
      for (const name of stacks.keys()) {
        const why = failed === null || failed === name ? message : `rolled back: ${service ?? failed} failed`;
        table.change(name, { status: "failed", currentService: failed === name ? service : null, message: why });
      }
    },
  };
}

/** Keeps the progress of each stack, and writes it to the journal when it changes. */
function createStackTable(journal: Pick<Journal, "stack">, before: readonly StackProgress[]) {
  const stacks = new Map<string, StackProgress>(before.map((stack) => [stack.name, stack]));
  const stackOf = new Map<string, string>();
  const done = new Set<string>();
  const phases = createPhaseCount(done);
  const doneOf = (name: string) => [...done].filter((service) => stackOf.get(service) === name).length;

  function change(name: string, changes: Partial<StackProgress>): void {
    const stack = stacks.get(name) ?? pendingStack(name, 0);
    const next = { ...stack, ...changes, percent: Math.max(stack.percent, changes.percent ?? 0) };
    if (JSON.stringify(next) === JSON.stringify(stack)) return;
    stacks.set(name, next);
    journal.stack(next);
  }

  return {
    ...{ stacks, stackOf, done, phases, doneOf, change },

    list(listed: readonly Listed[]): void {
      for (const { name, services } of listed) {
        phases.list(name, services);
        for (const service of services) stackOf.set(service.name, name);
        const known = stacks.get(name);
        const listedStack = known ? { ...known, serviceCount: services.length } : pendingStack(name, services.length);
        stacks.set(name, listedStack);
        if (!known) journal.stack(listedStack);
      }
    },

    put(name: string, { status, phase, percent, currentService }: Move): void {
      change(name, {
        ...{ status, phase, percent, currentService },
        phasePercent: phases.percent(name, phase),
        servicesDone: Math.max(doneOf(name), stacks.get(name)?.servicesDone ?? 0),
      });
    },
  };
}

const finished = { status: "running", phase: null, percent: 100, phasePercent: 100, currentService: null } as const;
