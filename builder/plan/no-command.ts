import { DockerfileParser } from "dockerfile-ast";

/** What a Dockerfile without CMD and ENTRYPOINT comes to. */
export interface NoCommand {
  /** Nothing at all is started: its base is empty. */
  readonly isNothing: boolean;
  /** One sentence, which begins with the Dockerfile. */
  readonly message: string;
}

export const addCommand =
  'Add a CMD to it, such as CMD ["node", "server.js"], or set command: in the compose file or baton.yaml.';

/** Images that start a prompt or a shell by themselves, which ends at once where nobody types. */
const prompts =
  /^(?:docker\.io\/)?(?:library\/|baton\/)?(?:node|python|ruby|php|bun|oven\/bun|golang|go|openjdk|eclipse-temurin|debian|ubuntu|alpine|fedora|amazonlinux|busybox|rust|elixir|erlang|perl|julia|denoland\/deno)(?:[:@]|$)/;

/**
 * Null: it says what to start, or its base may. `target` names the stage that is built; null: the last one. What is
 * written with variables is not understood.
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
