import type { BuildOutput } from "../../ports/engine.ts";
import { createLineSplitter } from "../containers/line-splitter.ts";
import { createPullProgress } from "../images/pull-progress.ts";
import type { BuildProgress } from "./build-progress.ts";

/** The builder paints what comes from stderr; the resets would begin the lines that follow. */
const red = "\u001b[91m";
const reset = "\u001b[0m";

/**
 * The classic builder mixes its own remarks with what commands print. Between "Running in <container>" and "Removing
 * intermediate container <container>" all is output; outside, nothing is.
 */
export function createClassicProgress(onOutput: (output: BuildOutput) => void): BuildProgress {
  const splitters = { plain: createLineSplitter(), red: createLineSplitter() };
  const pull = createPullProgress(onOutput);
  let step: string | null = null;
  let toldStep: string | null = null;
  let running: string | null = null;
  let built = false;

  function tellStep(cached: boolean): void {
    if (step === null || step === toldStep) return;
    toldStep = step;
    onOutput({ type: "step", name: step, cached });
  }

  function line(text: string): void {
    onOutput({ type: "line", text });
  }

  function flush(): void {
    for (const splitter of [splitters.plain, splitters.red]) splitter.flush().forEach(line);
  }

  function remark(text: string): void {
    const begun = /^Step (\d+\/\d+) : (.*)$/s.exec(text);
    const container = /^ ---> Running in ([0-9a-f]+)$/.exec(text)?.[1];
    if (begun) step = `[${begun[1]}] ${begun[2]}`;
    else tellStep(text === " ---> Using cache");
    if (container !== undefined) running = container;
    if (text.startsWith("Successfully built ")) built = true;
    if (text.startsWith("[Warning] ")) line(text);
  }

  function read(text: string): void {
    if (running === null) {
      if (text.trim() !== "") remark(text.trimEnd());
    } else if (text === `Removing intermediate container ${running}\n`) {
      flush();
      running = null;
    } else {
      const colour = text.startsWith(red) && text.endsWith(reset) ? "red" : "plain";
      const plain = colour === "red" ? text.slice(red.length, -reset.length) : text;
      splitters[colour].push(Buffer.from(plain)).forEach(line);
    }
  }

  return {
    read(message) {
      if (message.stream !== undefined) read(message.stream);
      if (message.status === undefined) return;
      tellStep(false);
      pull.read(message);
    },
    end() {
      tellStep(false);
      flush();
    },
    get built() {
      return built;
    },
    stepOf: () => step,
  };
}
