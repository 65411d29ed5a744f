import { SetUpProblem } from "../set-up/console/problem.mjs";

const usage = "Accepted is the tag of a release, such as v1.2.0; without one, the newest release is taken.";

/** @returns {string | null} the tag that was asked for */
export function readWish(args) {
  if (args.length > 1 || args.some((arg) => !isRelease(arg))) throw new SetUpProblem(usage);
  return args[0] ?? null;
}

/**
 * Chooses the release to upgrade to: the wish, or the newest. Null when there is none newer than this version.
 * Migrations only go forward, so an older one is refused.
 *
 * @param {readonly string[]} tags
 * @param {string} version this version, such as 1.1.0
 * @param {string | null} wish
 */
export function chooseRelease(tags, version, wish) {
  const releases = tags.filter(isRelease).sort((a, b) => compare(numbersIn(a), numbersIn(b)));
  const isNewer = (tag) => compare(numbersIn(tag), numbersIn(version)) > 0;
  if (wish === null) return releases.filter(isNewer).at(-1) ?? null;
  if (!releases.includes(wish)) {
    const known = releases.length === 0 ? "There is none yet." : `There are ${releases.slice(-5).join(", ")}.`;
    throw new SetUpProblem(`There is no release ${wish}. ${known}`);
  }
  if (!isNewer(wish)) {
    throw new SetUpProblem(
      `This is Baton ${version}, and ${wish} is not newer. A database that a newer version has migrated cannot go back.`,
    );
  }
  return wish;
}

const isRelease = (tag) => /^v\d+\.\d+\.\d+$/.test(tag);
const numbersIn = (text) => text.replace(/^v/, "").split(".").map(Number);

function compare(one, other) {
  const place = one.findIndex((number, index) => number !== other[index]);
  return place === -1 ? 0 : one[place] - other[place];
}
