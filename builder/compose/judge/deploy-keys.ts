import { noted, read, type Verdicts } from "./verdict.ts";

export const deployKeys: Verdicts = {
  replicas: read,
  resources: read,
  labels: noted("are not used"),
  endpoint_mode: noted("is for Docker Swarm, and not used"),
  mode: noted("is for Docker Swarm, and not used"),
  placement: noted("is for Docker Swarm, and not used"),
  restart_policy: noted("is for Docker Swarm, and not used: see restart"),
  rollback_config: noted("is replaced: Baton rolls back automatically when a check fails"),
  update_config: noted("is replaced: the new version starts beside the old one"),
};
