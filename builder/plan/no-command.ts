import { DockerfileParser } from "dockerfile-ast";

/** The consequence of a Dockerfile without CMD and ENTRYPOINT. */
export interface NoCommand {
  /** Whether nothing at all is started, because the base is empty. */
  readonly isNothing: boolean;
  /** One sentence, which begins with the Dockerfile's name. */
  readonly message: string;
}

export const addCommand =
  'Add a CMD to it, such as CMD ["node", "server.js"], or set command: in the compose file or baton.yaml.';

/** Images whose default command is a prompt or a shell, which exits at once without input. */
const prompts =
  /^(?:docker\.io\/)?(?:library\/|baton\/)?(?:node|python|ruby|php|bun|oven\/bun|golang|go|openjdk|eclipse-temurin|debian|ubuntu|alpine|fedora|amazonlinux|busybox|rust|elixir|erlang|perl|julia|denoland\/deno)(?:[:@]|$)/;

/**
 * Null when the Dockerfile says what to start, or when its base may. `target` names the stage to build; null means the
 * last one. Variables are not resolved.
 */
export function noCommandOf(text: string, target: string | null, shownAs: string): NoCommand | null {
  const stages: { name: string | null; base: string; starts: boolean }[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const [first = "", as = "", name = ""] = instruction.getArguments().map((argument) => argument.getValue());
    const stage = stages.at(-1);
    switch (instruction.getKeyword()) {
      case "FROM":
        stages.push({ name: as.toUpperCase() === "AS" ? name.toLowerCase() : null, base: first, starts: false });
        break;
      case "CMD":
      case "ENTRYPOINT":
        if (stage) stage.starts = true;
        break;
    }
  }
  const named = (name: string, before: number) =>
    stages.findLastIndex((stage, index) => index < before && stage.name === name.toLowerCase());
  let at = target === null ? stages.length - 1 : named(target, stages.length);
  for (;;) {
    const stage = stages[at];
    if (stage === undefined || stage.starts) return null;
    const parent = named(stage.base, at);
    if (parent < 0) return inWords(shownAs, stage.base);
    at = parent;
  }
}

function inWords(shownAs: string, base: string): NoCommand | null {
  if (base === "scratch")
    return { isNothing: true, message: `${shownAs} has no CMD and no ENTRYPOINT, so nothing says what to start` };
  if (!prompts.test(base)) return null;
  const message = `${shownAs} has no CMD and no ENTRYPOINT, and the default command of ${base} exits at once. ${addCommand}`;
  return { isNothing: false, message };
}
