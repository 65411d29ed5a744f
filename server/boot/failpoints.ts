import { type Failpoint, type FailpointName, failpointNames } from "../pipeline/context/failpoint.ts";
import { BadConfig } from "./bad-config.ts";

/**
 * Injects faults for tests: `BATON_TEST_FAILPOINTS="built=kill,checked=error"`. Each fault happens once. `kill` sends
 * SIGKILL to this process, `error` throws, and `hang` never returns.
 */
export function readFailpoints(text: string): Failpoint {
  const armed = new Map<FailpointName, "kill" | "error" | "hang">();
  for (const part of text.split(",").filter((one) => one !== "")) {
    const [name, action] = part.split("=");
    const known = failpointNames.find((candidate) => candidate === name);
    if (!known || (action !== "kill" && action !== "error" && action !== "hang")) {
      throw new BadConfig(
        `BATON_TEST_FAILPOINTS must hold <name>=kill|error|hang with one of these names: ${failpointNames.join(", ")} (got "${part}")`,
      );
    }
    armed.set(known, action);
  }
  return async (name) => {
    const action = armed.get(name);
    armed.delete(name);
    switch (action) {
      case "kill":
        process.kill(process.pid, "SIGKILL");
        return new Promise(() => {});
      case "error":
        throw new Error(`the failpoint "${name}" was armed`);
      case "hang":
        return new Promise(() => {});
      case undefined:
        return;
    }
  };
}
