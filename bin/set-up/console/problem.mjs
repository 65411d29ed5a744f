/** Something that whoever starts Baton can mend: its message is all they need to read, so it is shown without a stack. */
export class SetUpProblem extends Error {
  name = "SetUpProblem";
}

/** Runs an entry script; a problem becomes its message on stderr and exit code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`\n${error instanceof SetUpProblem ? error.message : (error?.stack ?? String(error))}\n`);
    process.exitCode = 1;
  }
}
