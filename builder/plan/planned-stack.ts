import type { StackPlan } from "./plan.ts";

/** A stack with the log lines and warnings about it. */
export interface PlannedStack extends StackPlan {
  /** One line for each decision, in the order that is best to read. */
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}
