import { expect, it } from "vitest";
import { makeableBases } from "../../../builder/images/base-images.ts";
import { nearestBase } from "../../../builder/images/nearest-base.ts";

it.each([
  ["node:18-slim", "node:20"],
  ["node:22", "node:22-full"],
  ["docker.io/library/node:slim", "node:22"],
  ["node:26.1-bookworm-slim", "node:24"],
  ["node", "node:22-full"],
  ["python:3.11-slim", "python:3.11"],
  ["python:3.9", "python:3.13"],
  ["golang:latest", "go:1"],
  ["oven/bun:1.1", "bun:1"],
  ["ubuntu:24.04", "debian:12"],
])("%s can be replaced by baton/%s, which is made here", (reference, base) => {
  expect(nearestBase(reference)).toBe(base);
  expect(makeableBases).toContain(base);
});

it.each(["node:22-alpine", "nginx:latest", "ghcr.io/a/node:22", "postgres:17", "node@sha256:0123"])(
  "nothing that is made here does for %s",
  (reference) => {
    expect(nearestBase(reference)).toBeNull();
  },
);
