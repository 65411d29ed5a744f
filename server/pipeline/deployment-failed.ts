import type { Failure } from "../model/deployment/deployment.ts";

/** An expected end of a deployment. A step throws it, and run.ts catches it once. */
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

/**
 * The signal's reason when this server must not continue, because it stops or has lost the database's lock. Everything
 * is left as it is.
 */
export class Suspended extends Error {
  override readonly name = "Suspended";
}

/** Somebody else has moved the row: this attempt is fenced off and must not touch anything any more. */
export class Fenced extends Error {
  override readonly name = "Fenced";
}
