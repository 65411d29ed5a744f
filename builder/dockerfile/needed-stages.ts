import { DockerfileParser } from "dockerfile-ast";

/**
 * A Dockerfile without the stages that are not `needed`, for a builder that makes every stage it finds. Their lines
 * are left empty, so that all others keep their numbers, and their FROM stands on nothing, because stages are called
 * by their numbers, too. Null: all are needed.
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
