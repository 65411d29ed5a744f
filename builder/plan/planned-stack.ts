import type { StackPlan } from "./plan.ts";

/** A stack, and what there is to say of it. */
export interface PlannedStack extends StackPlan {
  /** One line for each decision, in the order in which a person wants to read them. */
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}
