import type { LastProbe } from "../diagnosis/diagnose.ts";
import { counted } from "../wording/duration-text.ts";

/**
 * Says what a service that has not passed its check is doing, and how long it has left: "web still answers 500; 60 s
 * left".
 */
export function stillWaiting(service: string, probe: LastProbe | null, restarts: number, leftMs: number): string {
  return `${service} ${doing(probe, restarts)}; ${Math.ceil(leftMs / 1000)} s left`;
}

function doing(probe: LastProbe | null, restarts: number): string {
  if (restarts > 0) return `has crashed ${restarts === 1 ? "once" : counted(restarts, "time")}`;
  switch (probe?.outcome) {
    case "answered":
      return isSuccess(probe.status) ? "is not healthy yet" : `still returns ${probe.status}`;
    case "timeout":
      return "still isn't responding";
    case "closed":
      return "still accepts no connections";
    case "garbled":
      return "still does not speak HTTP";
    case "open":
    case undefined:
      return "is not healthy yet";
  }
}

function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 400;
}
