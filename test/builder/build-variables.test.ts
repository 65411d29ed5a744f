import { expect, it } from "vitest";
import { buildVariablesOf } from "../../builder/build-variables.ts";
import { plannedService } from "./tree.ts";

it("a build is given the variables whose names say that everyone may know them", () => {
  const names = ["VITE_B", "NEXT_PUBLIC_A", "SECRET", "MY_VITE_X", "VITE_A B", "vite_a", "REACT_APP_C"];
  expect(buildVariablesOf(names)).toEqual(["NEXT_PUBLIC_A", "REACT_APP_C", "VITE_B"]);
});

it("a build is given what is marked for it, and not what is marked against it", () => {
  const marks = { SECRET: true, VITE_A: false, MISSING: true, "A B": true };
  expect(buildVariablesOf(["VITE_A", "VITE_B", "SECRET", "OTHER", "A B"], marks)).toEqual(["SECRET", "VITE_B"]);
});

it("marks reach the plan", async () => {
  const files = { Dockerfile: "FROM a\nARG VITE_A\nARG SECRET" };
  const { recipe } = await plannedService(files, ["VITE_A", "SECRET"], { VITE_A: false, SECRET: true });
  expect(recipe.buildVariables).toEqual(["SECRET"]);
});

it("a Dockerfile is given those of them that it declares", async () => {
  const { recipe } = await plannedService({ Dockerfile: "FROM a\nARG VITE_A=1\nARG SECRET\nARG VITE_C" }, [
    "VITE_A",
    "VITE_B",
    "SECRET",
  ]);
  expect(recipe.buildVariables).toEqual(["VITE_A"]);
});
