import { SetUpProblem } from "../set-up/console/problem.mjs";

const FIRST_WITH_CONTAINERD = 24;

/**
 * The Docker to test on: a major version, and where it keeps its images. `graph` is the store that Docker had alone up
 * to version 23.
 *
 * @typedef {{ name: string, major: number, store: "graph" | "containerd" }} Choice
 */

/** @returns {Choice} */
export function parseChoice(text) {
  const [, major, store] = /^(\d{2})(-containerd)?$/.exec(text ?? "") ?? [];
  if (!major) {
    const wrong = text ? `"${text}" is no version of Docker.` : "Which version of Docker?";
    throw new SetUpProblem(
      `${wrong} Accepted are a major version, such as 26, and one with containerd's image store, such as 28-containerd.`,
    );
  }
  if (store && Number(major) < FIRST_WITH_CONTAINERD) {
    throw new SetUpProblem(
      `Docker ${major} has no containerd image store; ${FIRST_WITH_CONTAINERD} and newer have it.`,
    );
  }
  return { name: text, major: Number(major), store: store ? "containerd" : "graph" };
}

/** The daemon's own configuration. A daemon that has only one store rejects the setting. */
export const daemonConfig = ({ store, major }) =>
  major < FIRST_WITH_CONTAINERD ? {} : { features: { "containerd-snapshotter": store === "containerd" } };
