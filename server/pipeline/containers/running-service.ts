import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { ContainerId } from "../../model/names/ids.ts";

/** What the checks, the cut-over and the watch need to know of a running service, or of one of its replicas. */
export interface RunningService {
  readonly stack: string;
  readonly spec: ServiceSpec;
  /** Its number among the replicas of the service, from 1. */
  readonly replica: number;
  readonly container: ContainerId;
  readonly hostAddress: HostAddress | null;
  /** Whether it is the unchanged container of an earlier version, with nothing to check or to watch. */
  readonly kept: boolean;
}
