import type { ServiceKind } from "../../model/deployment/spec.ts";

/** The phase of a stack that is being deployed. */
export type Phase =
  | "Building images"
  | "Pulling images"
  | "Running init containers"
  | "Starting services"
  | "Checking health"
  | "Cut-over"
  | "Draining";

interface Service {
  readonly name: string;
  readonly kind: ServiceKind;
}

/** The progress of each stack in its phase: how many of the services in that phase have completed it. */
export interface PhaseCount {
  list(stack: string, services: readonly Service[]): void;
  enter(stack: string, phase: Phase, service: string): void;
  /** 0 to 100. */
  percent(stack: string, phase: string | null): number;
}

/** `through` holds the services that have completed all of their phases; the caller adds to it. */
export function createPhaseCount(through: ReadonlySet<string>): PhaseCount {
  const services = new Map<string, readonly Service[]>();
  const entered = new Map<string, string[]>();
  const key = (stack: string, phase: string) => `${stack} ${phase}`;

  /** Services take these phases one after another, so all that entered before the last one have completed it. */
  function leftInTurn(names: readonly string[]): number {
    return names.filter((name, index) => index < names.length - 1 || through.has(name)).length;
  }

  return {
    list: (stack, listed) => void services.set(stack, listed),
    enter(stack, phase, service) {
      const names = entered.get(key(stack, phase)) ?? [];
      if (!names.includes(service)) entered.set(key(stack, phase), [...names, service]);
    },
    percent(stack, phase) {
      const all = services.get(stack) ?? [];
      const names = entered.get(key(stack, phase ?? "")) ?? [];
      const [left, total] = (() => {
        switch (phase as Phase | null) {
          case null:
            return [0, 1];
          case "Building images":
          case "Pulling images":
            return [leftInTurn(names), all.length];
          case "Running init containers":
            return [leftInTurn(names), all.filter(({ kind }) => kind === "init").length];
          case "Starting services":
            return [leftInTurn(names), all.filter(({ kind }) => kind !== "init").length];
          case "Checking health": {
            const checked = all.filter(({ kind }) => kind !== "init");
            return [checked.filter(({ name }) => through.has(name)).length, checked.length];
          }
          case "Cut-over":
          case "Draining":
            return [1, 1];
        }
      })();
      return Math.min(100, Math.round((100 * left) / Math.max(1, total)));
    },
  };
}
