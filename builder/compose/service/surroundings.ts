import type { Lookup } from "../../../server/model/deployment/template.ts";
import type { MachineCapacity } from "../../images/machine.ts";
import type { DeclaredVolumes } from "../project/volumes-section.ts";
import type { Field } from "../read/field.ts";
import type { Report } from "../read/report.ts";
import type { Repository } from "../values/repository-path.ts";

/** The context in which a service is read. */
export interface ServiceSurroundings {
  /** The file as a whole. */
  readonly root: Field;
  readonly repository: Repository;
  readonly report: Report;
  readonly variables: Lookup;
  readonly volumes: DeclaredVolumes;
  /** The most that services may use; undefined when it is unknown. */
  readonly machine: MachineCapacity | undefined;
}
