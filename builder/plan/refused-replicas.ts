import { whyNotSticky, whyOnce } from "../../server/model/scaling.ts";
import type { Finding, StackPlan } from "./plan.ts";

/** Finds services that should run more than once and cannot, and sticky sessions of services that have none. */
export function refusedReplicas(stacks: readonly StackPlan[]): readonly Finding[] {
  return stacks.flatMap(({ services }) =>
    services.flatMap((service): Finding[] => {
      const { name, at, replicas = 1, sticky = false } = service;
      const place = { file: at?.file ?? null, line: at?.line ?? null };
      const once = replicas > 1 ? whyOnce(service) : null;
      const unbound = sticky ? whyNotSticky(service) : null;
      return [
        ...(once === null
          ? []
          : [{ ...place, message: `${name} cannot run ${replicas} times: it ${once}`, hint: "Remove its replicas." }]),
        ...(unbound === null
          ? []
          : [{ ...place, message: `${name} cannot have sticky sessions: it ${unbound}`, hint: "Remove sticky." }]),
      ];
    }),
  );
}
