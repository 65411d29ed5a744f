import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { CommandFailed, runCommand } from "../../server/host-packages/run-command.ts";

const never = new AbortController().signal;
const node = (script: string) => ({
  program: process.execPath,
  args: ["-e", script],
  cwd: tmpdir(),
  environment: { PATH: process.env.PATH },
});

async function linesOf(script: string): Promise<string[]> {
  const lines: string[] = [];
  await runCommand(node(script), (line) => lines.push(line), never);
  return lines;
}

describe("running a command", () => {
  it("hands on what it prints, line by line", async () => {
    expect(await linesOf(`process.stdout.write("one\\ntw"); process.stdout.write("o\\r\\n\\nthree")`)).toEqual([
      "one",
      "two",
      "three",
    ]);
  });

  it("leaves out what a progress bar has written over", async () => {
    expect(await linesOf(`process.stdout.write("10%\\r50%\\r100%\\ndone\\n")`)).toEqual(["100%", "done"]);
  });

  it("keeps a character whole that comes in two parts", async () => {
    const script = `const b = Buffer.from("ü\\n"); process.stdout.write(b.subarray(0, 1)); setImmediate(() => process.stdout.write(b.subarray(1)))`;
    expect(await linesOf(script)).toEqual(["ü"]);
  });

  it("cuts a line that does not end", async () => {
    const [line = ""] = await linesOf(`process.stdout.write("x".repeat(3e6))`);
    expect(line.length).toBe(4096);
  });

  it("gives it nothing to read", async () => {
    expect(await linesOf(`process.stdin.on("end", () => console.log("end")).resume()`)).toEqual(["end"]);
  });

  it("fails with its last lines", async () => {
    const failure = await runCommand(node(`console.error("why"); process.exit(3)`), () => {}, never).catch(
      (e: unknown) => e,
    );
    expect(failure).toBeInstanceOf(CommandFailed);
    expect(failure).toMatchObject({
      message: expect.stringContaining("exited with code 3"),
      missing: false,
      lastLines: ["why"],
    });
  });

  it("says when there is no such program", async () => {
    const command = { ...node(""), program: "no-such-program-anywhere" };
    await expect(runCommand(command, () => {}, never)).rejects.toMatchObject({ missing: true });
  });

  it("ends it, and what it has started, when aborted", async () => {
    const cancel = new AbortController();
    const grandchild = `setInterval(() => {}, 1000); console.log("running")`;
    const script = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" })`;
    const onLine = () => cancel.abort(new Error("cancelled"));
    // The promise settles only when the last process with its output has ended; here that is a grandchild, which would
    // run for ever.
    await expect(runCommand(node(script), onLine, cancel.signal)).rejects.toThrow("cancelled");
  });

  it("does not begin when it is cancelled already", async () => {
    const aborted = AbortSignal.abort(new Error("cancelled"));
    const command = { ...node(""), program: "no-such-program-anywhere" };
    await expect(runCommand(command, () => {}, aborted)).rejects.toThrow("cancelled");
  });
});
