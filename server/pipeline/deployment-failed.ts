import type { Failure } from "../model/deployment/deployment.ts";

/** An expected end of a deployment: thrown by a verb, caught once, in run.ts. */
export class DeploymentFailed extends Error {
  override readonly name = "DeploymentFailed";
  readonly failure: Failure;
  constructor(failure: Pick<Failure, "stage" | "message"> & Partial<Failure>, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = {
      service: null,
      hint: null,
      lastLines: [],
      exitCode: null,
      outOfMemory: false,
      lastProbe: null,
      ...failure,
    };
  }
}

/** The signal's reason when a user cancelled the deployment. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** The signal's reason when this server may not go on (it stops, or has lost the database's lock): leave everything as it is. */
export class Suspended extends Error {
  override readonly name = "Suspended";
}

/** The row was moved by somebody else: this attempt is fenced off and must not touch anything any more. */
export class Fenced extends Error {
  override readonly name = "Fenced";
}
