import { expect, test } from "vitest";
import { parseCommit } from "../../../server/git/read/commit-object.ts";

const headers = [
  "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  "author Ada Löwe <ada@example.org> 1767225600 +0100",
  "committer Ben <ben@example.org> 1767312000 -0330",
];
const commit = (message: string, ...more: string[]) =>
  parseCommit(Buffer.from([...headers, ...more, "", message].join("\n")));

test("a commit has its subject, its author and its committer's time", () => {
  expect(commit("Größer\n\nwith a body\n")).toEqual({
    message: "Größer",
    author: "Ada Löwe",
    at: new Date("2026-01-02T00:00:00Z"),
  });
});

test("the subject is the first paragraph on one line", () => {
  expect(commit("\n  \nFix  \nthe build\n \nbody\n").message).toBe("Fix the build");
  expect(commit("one line").message).toBe("one line");
  expect(commit("").message).toBe("");
});

test("a signature is no message", () => {
  const signature = ["gpgsig -----BEGIN PGP SIGNATURE-----", " author Eve <eve@example.org> 1 +0000", " -----END"];
  expect(commit("Signed\n", ...signature)).toMatchObject({ message: "Signed", author: "Ada Löwe" });
});

test("text in another encoding is read in it, and as UTF-8 when nobody knows the encoding", () => {
  const lines = ["tree 1", "author J\xfcrgen <j@example.org> 1 +0000", "committer J <j@example.org> 1 +0000"];
  const bytes = Buffer.from([...lines, "encoding ISO-8859-1", "", "Gr\xf6\xdfer\n"].join("\n"), "latin1");
  expect(parseCommit(bytes)).toMatchObject({ message: "Größer", author: "Jürgen" });
  expect(commit("Größer\n", "encoding klingon").message).toBe("Größer");
});

test("a long subject or name is cut, and says so", () => {
  expect(commit("ü".repeat(301)).message).toBe(`${"ü".repeat(298)}..`);
  expect(commit("ü".repeat(300)).message).toBe("ü".repeat(300));
});

test("what is cut off or malformed gives as much as there is", () => {
  expect(parseCommit(Buffer.from("tree 1\nauthor Ada <a@b> 5"))).toEqual({
    message: "",
    author: "Ada",
    at: new Date(0),
  });
  expect(parseCommit(Buffer.from(""))).toEqual({ message: "", author: "", at: new Date(0) });
});
