/**
 * Named places where tests let the server die, fail or wait. In production it does nothing.
 * A new place is covered by the fault tests by itself, because they ask for the list.
 */
export type Failpoint = (name: FailpointName) => Promise<void>;
export const failpointNames = [
  "claimed",
  "fetched",
  "built",
  "created",
  "started",
  "initialised",
  "held",
  "old-stopped",
  "checked",
  "before-switch",
  "after-switch",
  "watching",
  "ready",
] as const;
export type FailpointName = (typeof failpointNames)[number];
