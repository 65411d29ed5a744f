import { expect, test } from "vitest";
import { createBlobReader } from "../../../server/git/read/blobs.ts";

const output = Buffer.from("1 blob 5\nfirst\n2 blob 0\n\n3 blob 7\nli\nnes\n\n");

function reading(objects: readonly string[]) {
  const read: string[] = [];
  const reader = createBlobReader(objects, {
    begin: (index, sizeBytes) => void read.push(`${index} ${sizeBytes} `),
    content: (bytes) => void read.push(`${read.pop()}${bytes}`),
    end: () => void read.push(`${read.pop()}.`),
  });
  return { reader, read };
}

test("blobs are told apart wherever git's output is cut", () => {
  for (let length = 1; length <= output.length; length++) {
    const { reader, read } = reading(["1", "2", "3"]);
    for (let at = 0; at < output.length; at += length) reader.push(output.subarray(at, at + length));
    reader.end();
    expect(read, `in pieces of ${length}`).toEqual(["0 5 first.", "1 0 .", "2 7 li\nnes\n."]);
  }
});

test("what is no blob, too much or too little is refused", () => {
  expect(() => reading(["1"]).reader.push(Buffer.from("1 missing\n"))).toThrow(
    'object 1 is not a file: git says "1 missing"',
  );
  expect(() => reading(["1"]).reader.push(Buffer.from("1 tree 5\n"))).toThrow("object 1 is not a file");
  expect(() => reading([]).reader.push(output)).toThrow("git gave more than it was asked for");
  expect(() => reading(["1"]).reader.push(Buffer.alloc(300, "x"))).toThrow("not what cat-file prints");
  const cut = reading(["1", "2"]).reader;
  cut.push(output.subarray(0, 11));
  expect(() => cut.end()).toThrow("git ended in the middle of a file");
  const few = reading(["1", "2", "3", "4"]).reader;
  few.push(output);
  expect(() => few.end()).toThrow("git ended before it gave object 4");
});
