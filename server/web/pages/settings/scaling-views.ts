import type { ScalingView } from "../../../../views/settings/scaling-card.tsx";
import type { ServiceSpec } from "../../../model/deployment/spec.ts";
import { type Scaling, whyNotSticky, whyOnce } from "../../../model/scaling.ts";

/** A form that was refused. */
export interface RefusedScaling {
  readonly service: string;
  readonly typed: string;
  readonly message: string;
}

/** What the page shows of each service of the version that was deployed last. */
export function scalingViews(
  services: readonly ServiceSpec[],
  set: ReadonlyMap<string, Scaling>,
  refused: RefusedScaling | null,
): readonly ScalingView[] {
  return services
    .filter(({ kind }) => kind !== "init")
    .map((service) => {
      const { name, replicas: usual = 1, sticky: isUsual = false } = service;
      const { replicas = null, sticky = null } = set.get(name) ?? {};
      const mine = refused?.service === name ? refused : null;
      return {
        ...{ name, usual, whyOnce: whyOnce(service) },
        replicas: mine?.typed ?? (replicas === null ? "" : String(replicas)),
        sticky: whyNotSticky(service) === null ? { set: sticky, usual: isUsual } : null,
        error: mine?.message ?? null,
      };
    });
}

/** Reads the form; an emptied field leaves it to the repository. */
export function scalingIn(form: URLSearchParams) {
  const replicas = form.get("replicas")?.trim() ?? "";
  const sticky = form.get("sticky");
  return {
    service: form.get("service") ?? "",
    replicas: replicas === "" ? null : Number(replicas),
    ...(sticky !== null && { sticky: sticky === "" ? null : sticky === "on" }),
  };
}
