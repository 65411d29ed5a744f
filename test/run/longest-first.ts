import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest on an idle machine, longest first. */
const longest = [
  "e2e/deploy/languages",
  "builder/images/base-images.real",
  "contracts/engine/newer-docker.real",
  "torture/own-docker.real",
  "e2e/faults/crash",
  "e2e/deploy/stacks",
  "e2e/browser/browser-product",
  "e2e/browser/browser",
  "e2e/browser/browser-ways-in",
  "e2e/traffic/zero-downtime",
  "e2e/faults/failures",
  "e2e/traffic/many-installations",
  "e2e/deploy/webhooks",
  "e2e/deploy/queue",
].map((name) => `/test/${name}.test.ts`);

/** With three files at a time, a long file that starts last would run alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((end) => moduleId.endsWith(end));
      return place < 0 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
