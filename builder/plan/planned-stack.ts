import type { Place } from "../manifest/manifest.ts";
import type { ServicePlan } from "./plan.ts";

/** A stack, and what there is to say of it. */
export interface PlannedStack {
  readonly name: string;
  readonly services: readonly PlannedService[];
  /** One line for each decision, in the order in which a person wants to read them. */
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}

export interface PlannedService {
  readonly plan: ServicePlan;
  /** Where it is said that there is this service; null: nowhere, it was found. */
  readonly at: Place | null;
}
