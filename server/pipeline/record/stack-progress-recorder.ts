import { pendingStack, type StackProgress, type StackStatus } from "../../model/deployment/event.ts";
import type { ServiceKind } from "../../model/deployment/spec.ts";
import type { Journal } from "./journal.ts";
import { createPhaseCount, type Phase } from "./phase-count.ts";

/** How far a stack is when it enters a phase. Services that are through take it on from "Starting services". */
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

interface Listed {
  readonly name: string;
  readonly services: readonly { readonly name: string; readonly kind: ServiceKind }[];
}

/** How far each stack of a deployment is, told to its journal whenever that changes. Percentages never fall. */
export interface StackProgressRecorder {
  /** These are the deployment's stacks. Those that nothing was said about are pending. */
  list(stacks: readonly Listed[]): void;
  /** The stack of this service is in this phase, and busy with the service. */
  enter(phase: Phase, service: string): void;
  /** All stacks are. */
  enterAll(phase: Phase): void;
  /** The old container of this service is being stopped. */
  removing(service: string): void;
  /** This service has come through. A stack all of whose services have is running. */
  through(service: string): void;
  /** All is done. */
  finish(): void;
  /** The stack of the service that failed says why, the others that they were rolled back. */
  fail(service: string | null, message: string): void;
}

export function createStackProgressRecorder(
  journal: Pick<Journal, "stack">,
  before: readonly StackProgress[] = [],
): StackProgressRecorder {
  const stacks = new Map<string, StackProgress>(before.map((stack) => [stack.name, stack]));
  const stackOf = new Map<string, string>();
  const done = new Set<string>();
  const phases = createPhaseCount(done);

  return {
    list(listed) {
      for (const { name, services } of listed) {
        phases.list(name, services);
        for (const service of services) stackOf.set(service.name, name);
        const known = stacks.get(name);
        const listedStack = known ? { ...known, serviceCount: services.length } : pendingStack(name, services.length);
        stacks.set(name, listedStack);
        if (!known) journal.stack(listedStack);
      }
    },
    enter: (phase, service) => tell(service, "deploying", phase, percentAt[phase], service),
    enterAll(phase) {
      // A stack that runs stays so: it is told how far the whole is.
      for (const [name, { status }] of stacks) {
        put(name, status === "running" ? "running" : "deploying", phase, percentAt[phase], null);
      }
    },
    removing: (service) => tell(service, "removing", null, percentAt["Starting services"], service),
    through(service) {
      done.add(service);
      const name = stackOf.get(service);
      const stack = name === undefined ? undefined : stacks.get(name);
      if (name === undefined || !stack) return;
      const through = doneOf(name);
      const percent = percentAt["Checking health"] + Math.round((percentOfServices * through) / stack.serviceCount);
      if (through === stack.serviceCount) put(name, "running", stack.phase, percent, null);
      else put(name, stack.status, stack.phase, percent, stack.currentService);
    },
    finish() {
      for (const [name, { serviceCount }] of stacks) change(name, { ...finished, servicesDone: serviceCount });
    },
    fail(service, message) {
      const guilty = service === null ? null : (stackOf.get(service) ?? null);
      for (const name of stacks.keys()) {
        const why = guilty === null || guilty === name ? message : `rolled back: ${service ?? guilty} failed`;
        change(name, { status: "failed", currentService: guilty === name ? service : null, message: why });
      }
    },
  };

  function tell(service: string, status: StackStatus, phase: Phase | null, percent: number, current: string | null) {
    const name = stackOf.get(service);
    if (name === undefined) return;
    if (phase !== null) phases.enter(name, phase, service);
    put(name, status, phase ?? stacks.get(name)?.phase ?? null, percent, current);
  }

  function put(
    name: string,
    status: StackStatus,
    phase: string | null,
    percent: number,
    currentService: string | null,
  ) {
    change(name, {
      status,
      phase,
      percent,
      phasePercent: phases.percent(name, phase),
      currentService,
      servicesDone: Math.max(doneOf(name), stacks.get(name)?.servicesDone ?? 0),
    });
  }

  function change(name: string, changes: Partial<StackProgress>): void {
    const stack = stacks.get(name) ?? pendingStack(name, 0);
    const next = { ...stack, ...changes, percent: Math.max(stack.percent, changes.percent ?? 0) };
    if (JSON.stringify(next) === JSON.stringify(stack)) return;
    stacks.set(name, next);
    journal.stack(next);
  }

  function doneOf(name: string): number {
    return [...done].filter((service) => stackOf.get(service) === name).length;
  }
}

const finished = { status: "running", phase: null, percent: 100, phasePercent: 100, currentService: null } as const;
