/** A problem that the user can fix. The message says all that is needed, so it is shown without a stack trace. */
export class SetUpProblem extends Error {
  name = "SetUpProblem";
}

/** Runs an entry script. A problem becomes a message on stderr and exit code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`\n${error instanceof SetUpProblem ? error.message : (error?.stack ?? String(error))}\n`);
    process.exitCode = 1;
  }
}
