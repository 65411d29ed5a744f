import { describe, expect, it } from "vitest";
import { execTrouble, mayBeExecTrouble, type Program } from "../../../server/rules/diagnosis/exec-trouble.ts";

/** The full text of a failure: its sentence and its hint. */
function said(...known: Parameters<typeof execTrouble>): string | null {
  const trouble = execTrouble(...known);
  return trouble && `${trouble.what}. ${trouble.advice}`;
}

function program(path: string, head: string | Buffer, executable = true): Program {
  return { path, executable, head: Buffer.from(head) };
}

/** The beginning of a little-endian ELF file for a machine. */
function elf(machine: number): Buffer {
  const head = Buffer.alloc(64);
  head.write("\x7fELF\x02\x01", "latin1");
  head.writeUInt16LE(machine, 18);
  return head;
}

const crlf = program("start.sh", "#!/bin/sh\r\nset -e\r\nexec node server.js\r\n");
const plain = program("start.sh", "#!/bin/sh\nexec node server.js\n");

describe("a script with Windows line endings", () => {
  it.each([
    ["[FATAL tini (7)] exec ./start.sh failed: No such file or directory"],
    ["exec /app/start.sh: no such file or directory"],
    ["/bin/sh: 1: ./start.sh: not found"],
    ["sh: ./start.sh: not found"],
    ["/bin/bash: ./start.sh: /bin/bash^M: bad interpreter: No such file or directory"],
    ["bash: line 1: ./start.sh: cannot execute: required file not found"],
    ["start.sh: 2: set: Illegal option -"],
    ["start.sh: line 2: set: -\r: invalid option"],
    ["start.sh: line 3: $'\\r': command not found"],
    ["/usr/bin/env: 'bash\\r': No such file or directory"],
    ["env: can't execute 'node\r': No such file or directory"],
  ])("is named from %j", (line) => {
    expect(mayBeExecTrouble(1, [line])).toBe(true);
    expect(said(127, ["before", line], [program("a.txt", "x"), crlf], "amd64")).toMatch(
      /^start\.sh has Windows line endings \(CRLF\).*LF.*\.gitattributes/,
    );
  });

  it("is reported without its name when it is not in the repository", () => {
    expect(said(127, ["/usr/bin/env: 'bash\\r': No such file or directory"], [], "amd64")).toMatch(
      /^a script has Windows/,
    );
  });

  it("is not reported for a script that has none, or that nobody tried to run", () => {
    expect(said(127, ["/bin/sh: 1: ./start.sh: not found"], [plain], "amd64")).not.toMatch(/Windows/);
    expect(said(1, ["Error: DATABASE_URL is not set"], [crlf], "amd64")).toBeNull();
    expect(mayBeExecTrouble(1, ["Error: DATABASE_URL is not set"])).toBe(false);
  });
});

describe("a program that cannot be run", () => {
  const refused = "[FATAL tini (7)] exec /app/server failed: Exec format error";

  it.each([
    [
      [program("server", elf(183))],
      /^server was built for arm64, and this server is amd64\. Build it for linux\/amd64/,
    ],
    [[program("server", "\xcf\xfa\xed\xfe")], /^server /],
    [[program("server", Buffer.from("cffaedfe07000001", "hex"))], /^server was built for macOS/],
    [[program("bin/server", "node server.js\n")], /^bin\/server does not begin with a line such as #!\/bin\/sh/],
    [[], /^server was built for a different architecture from this server's \(amd64\)/],
  ])("has the wrong format: %#", (programs, hint) => {
    expect(said(1, [refused], programs, "amd64")).toMatch(hint);
  });

  it("is recognised in runc's message, too", () => {
    expect(said(1, ["exec /app/server: exec format error"], [], "arm64")).toMatch(/^server .*\(arm64\)/);
  });

  it("lacks the permission", () => {
    const program = { ...plain, executable: false };
    for (const line of ["exec ./start.sh failed: Permission denied", "/bin/sh: 1: ./start.sh: Permission denied"]) {
      expect(said(126, [line], [program], "amd64")).toMatch(/git update-index --chmod=\+x start\.sh/);
    }
  });

  it("wants an interpreter that the image may lack", () => {
    const script = program("run.sh", "#!/usr/bin/env bash\necho hi\n");
    expect(said(127, ["/bin/sh: ./run.sh: not found"], [script], "amd64")).toMatch(/^run\.sh needs bash/);
  });
});

describe("a program of another architecture that a shell takes for a script", () => {
  const line = "./app: 1: \x7fELF\ufffd: not found";

  it("is named with its architecture when the repository has it", () => {
    expect(said(127, [line], [program("app", elf(183))], "amd64")).toMatch(/^app was built for arm64/);
    expect(said(2, ['./app: 1: Syntax error: ")" unexpected'], [program("app", elf(183))], "amd64")).toMatch(
      /^app was built for arm64/,
    );
  });

  it("is named when only the image has it", () => {
    for (const printed of [line, "./app: 1: ELF\ufffd: not found", "./app: line 1: \x7fELF: command not found"]) {
      expect(said(127, [printed], [], "amd64")).toMatch(/^app was built for a different architecture/);
    }
  });
});

describe("a program that the image does not have", () => {
  it.each([
    ["[FATAL tini (6)] exec nod failed: No such file or directory", /^nod was not found in the image\. Install it/],
    ["/usr/bin/env: ‘zsh’: No such file or directory", /^zsh was not found in the image\. Install it/],
    ["env: can't execute 'python': No such file or directory", /^python was not found in the image/],
    ["sh: 1: nodemon: not found", /^nodemon was not found in the image/],
    ["./start.sh: line 3: gunicorn: command not found", /^gunicorn was not found in the image/],
    [
      "[FATAL tini (8)] exec /docker-entrypoint.sh failed: No such file or directory",
      /^\/docker-entrypoint\.sh was not found in the image\. Copy it into the image/,
    ],
  ])("is named from %j", (line, expected) => {
    expect(said(127, ["before", line], [], "amd64")).toMatch(expected);
  });

  it("is no program at all, but a list that is not JSON", () => {
    expect(said(127, ["/bin/sh: 1: [node,: not found"], [], "amd64")).toMatch(
      /^its command is not a list.*double quotes/,
    );
    expect(said(127, ["/bin/sh: 1: [node,server.js]: not found"], [], "amd64")).toMatch(/^its command is not a list/);
  });

  it("is not named when the app ended for another reason", () => {
    expect(said(1, ["sh: 1: git: not found", "Error: x"], [], "amd64")).toBeNull();
    expect(said(127, ["it ended"], [], "amd64")).toBeNull();
  });
});
