import { expect, test } from "vitest";
import { sizeText } from "../../../server/rules/wording/size-text.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_500, "1.5 KB"],
  [12_400_000, "12 MB"],
  [1_200_000_000, "1.2 GB"],
  [2 ** 60, "1152922 TB"],
])("%d bytes are %s", (bytes, text) => expect(sizeText(bytes)).toBe(text));
