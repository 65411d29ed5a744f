import type { BuildOutput } from "../../ports/engine/images.ts";
import { createLineSplitter } from "../containers/line-splitter.ts";
import { createPullProgress } from "../images/pull-progress.ts";
import type { BuildProgress } from "./build-progress.ts";

/** The builder colours what comes from stderr; without this, the resets would begin the next lines. */
const red = "\u001b[91m";
const reset = "\u001b[0m";

/**
 * Parses the output of the classic builder, which mixes its own remarks with what commands print. Everything between
 * "Running in <container>" and the removal of that container is output of a command; nothing else is.
 */
export function createClassicProgress(onOutput: (output: BuildOutput) => void): BuildProgress {
  const commandOutput = createCommandOutput((text) => onOutput({ type: "line", text }));
  const pull = createPullProgress(onOutput);
  let step: string | null = null;
  let reportedStep: string | null = null;
  let running: string | null = null;
  let built = false;

  function reportStep(cached: boolean): void {
    if (step === null || step === reportedStep) return;
    reportedStep = step;
    onOutput({ type: "step", name: step, cached });
  }

  function remark(text: string): void {
    const begun = /^Step (\d+\/\d+) : (.*)$/s.exec(text);
    const container = /^ ---> Running in ([0-9a-f]+)$/.exec(text)?.[1];
    if (begun) step = `[${begun[1]}] ${begun[2]}`;
    else reportStep(text === " ---> Using cache");
    if (container !== undefined) running = container;
    if (text.startsWith("Successfully built ")) built = true;
    if (text.startsWith("[Warning] ")) onOutput({ type: "line", text });
  }

  function read(text: string): void {
    if (running === null) {
      if (text.trim() !== "") remark(text.trimEnd());
    } else if (isRemovalOf(running, text)) {
      commandOutput.flush();
      running = null;
    } else {
      commandOutput.push(text);
    }
  }

  return {
    read(message) {
      if (message.stream !== undefined) read(message.stream);
      if (message.status === undefined) return;
      reportStep(false);
      pull.read(message);
    },
    end() {
      reportStep(false);
      commandOutput.flush();
    },
    get built() {
      return built;
    },
    stepOf: () => step,
  };
}

/** Splits stdout and stderr into lines separately. */
function createCommandOutput(onLine: (text: string) => void) {
  const splitters = { plain: createLineSplitter(), red: createLineSplitter() };
  return {
    push(text: string): void {
      const colour = text.startsWith(red) && text.endsWith(reset) ? "red" : "plain";
      const plain = colour === "red" ? text.slice(red.length, -reset.length) : text;
      splitters[colour].push(Buffer.from(plain)).forEach(onLine);
    },
    flush(): void {
      for (const splitter of [splitters.plain, splitters.red]) splitter.flush().forEach(onLine);
    },
  };
}

/** The first words are those of Docker 20.10, the second those of newer ones. */
function isRemovalOf(container: string, text: string): boolean {
  return ["Removing", " ---> Removed"].some((words) => text === `${words} intermediate container ${container}\n`);
}
