import type { Healthcheck } from "../../../../server/model/deployment/spec.ts";
import { child, type Field, flag, items, text } from "../../read/field.ts";
import type { Report } from "../../read/report.ts";
import { readDurationMs, readInteger } from "../../values/quantities.ts";

export function readHealthcheck(field: Field | null, report: Report): Healthcheck | null {
  if (field === null) return null;
  const test = readTest(child(field, "test"), report);
  return {
    isDisabled: flag(child(field, "disable")) === true || test?.[0] === "NONE",
    test: test?.[0] === "NONE" ? null : test,
    intervalMs: readDurationMs(child(field, "interval"), report),
    timeoutMs: readDurationMs(child(field, "timeout"), report),
    retries: readInteger(child(field, "retries"), report, 0, 1000),
    startPeriodMs: readDurationMs(child(field, "start_period"), report),
  };
}

function readTest(field: Field | null, report: Report): readonly string[] | null {
  if (field === null) return null;
  if (field.value.type !== "list") return ["CMD-SHELL", text(field) ?? ""];
  const test = items(field).map((item) => text(item) ?? "");
  const [form = ""] = test;
  const isWhole = form === "NONE" || ((form === "CMD" || form === "CMD-SHELL") && test.length > 1);
  if (isWhole) return test;
  const hint = 'Write ["CMD", "program", "argument"], ["CMD-SHELL", "a command line"] or ["NONE"].';
  report.problem(field.at, field.key, "is a list that Docker does not accept as a health check", hint);
  return null;
}
