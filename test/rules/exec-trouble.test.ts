import { describe, expect, it } from "vitest";
import { execTrouble, mayBeExecTrouble, type Program } from "../../server/rules/exec-trouble.ts";

/** The whole of what is said, as a failure's sentence and its hint say it. */
function said(...known: Parameters<typeof execTrouble>): string | null {
  const trouble = execTrouble(...known);
  return trouble && `${trouble.what}. ${trouble.advice}`;
}

function program(path: string, head: string | Buffer, executable = true): Program {
  return { path, executable, head: Buffer.from(head) };
}

/** The beginning of an ELF file for a machine, little-endian. */
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

  it("is told without its name when it is not in the repository", () => {
    expect(said(127, ["/usr/bin/env: 'bash\\r': No such file or directory"], [], "amd64")).toMatch(
      /^a script has Windows/,
    );
  });

  it("is not told of a script that has none, or that nobody tried to run", () => {
    expect(said(127, ["/bin/sh: 1: ./start.sh: not found"], [plain], "amd64")).toBeNull();
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

  it("is told of by runc, too", () => {
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
