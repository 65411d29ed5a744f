import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { ContainerId } from "../../model/names/ids.ts";

/** A service that runs: what the checks, the switch and the watch need to know of it. */
export interface RunningService {
  readonly stack: string;
  readonly spec: ServiceSpec;
  readonly container: ContainerId;
  readonly hostAddress: HostAddress | null;
  /** It is the container of an earlier version, which goes on as it is: nothing to check or to watch. */
  readonly kept: boolean;
}
