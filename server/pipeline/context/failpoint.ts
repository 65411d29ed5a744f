/**
 * Named places at which tests make the server die, fail or wait. In production it does nothing. The fault tests cover a
 * new place automatically, because they read the list.
 */
export type Failpoint = (name: FailpointName) => Promise<void>;
export const failpointNames = [
  "claimed",
  "fetched",
  "built",
  "created",
  "started",
  "data-saved",
  "backed-up",
  "live-stopped",
  "data-restored",
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
