import { expect, it } from "vitest";
import { buildVariablesOf } from "../../builder/build-variables.ts";
import { plannedService } from "./tree.ts";

it("a build is given the variables whose names say that everyone may know them", () => {
  const names = ["VITE_B", "NEXT_PUBLIC_A", "SECRET", "MY_VITE_X", "VITE_A B", "vite_a", "REACT_APP_C"];
  expect(buildVariablesOf(names)).toEqual(["NEXT_PUBLIC_A", "REACT_APP_C", "VITE_B"]);
});

it("a Dockerfile is given those of them that it declares", async () => {
  const { recipe } = await plannedService({ Dockerfile: "FROM a\nARG VITE_A=1\nARG SECRET\nARG VITE_C" }, [
    "VITE_A",
    "VITE_B",
    "SECRET",
  ]);
  expect(recipe.buildVariables).toEqual(["VITE_A"]);
});
