import { DockerfileParser } from "dockerfile-ast";

/**
 * Removes the stages of a Dockerfile that are not `needed`, for a builder that would build every stage. Their lines
 * become empty, so that other lines keep their numbers. Their FROM names an empty base instead of being removed,
 * because stages can be referred to by number. Null when all stages are needed.
 */
export function neededStages(text: string, needed: readonly boolean[]): string | null {
  if (needed.every(Boolean)) return null;
  const starts = DockerfileParser.parse(text)
    .getFROMs()
    .map((from) => from.getRange().start.line);
  return text
    .split("\n")
    .map((line, number) => {
      const stage = starts.findLastIndex((start) => start <= number);
      if (stage < 0 || needed[stage]) return line;
      return starts[stage] === number ? "FROM scratch" : "";
    })
    .join("\n");
}
