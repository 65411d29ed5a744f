import type { ReconcilerContext } from "./context.ts";

/**
 * Docker and other programs remove firewall rules that they did not set when they start. A reboot resets build limits.
 */
export async function protectHost({ firewall, buildLimiter, log, signal }: ReconcilerContext): Promise<void> {
  const rulesBefore = firewall.state();
  const rules = await firewall.apply(signal);
  if (rules.type === "missing" && rulesBefore?.type !== "missing") {
    log.warn({}, `Baton's firewall rules are not in place: ${rules.why}`);
  }
  const limitsBefore = buildLimiter.state();
  const limits = await buildLimiter.apply(signal);
  if (limits.type === "missing" && limitsBefore?.type !== "missing") {
    log.warn({}, `The memory and processes of builds are not limited: ${limits.why}`);
  }
}
