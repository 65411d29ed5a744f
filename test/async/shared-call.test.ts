import { expect, test, vi } from "vitest";
import { createSharedCall } from "../../server/async/shared-call.ts";

/** Calls that end when the test says so. */
function controlled() {
  const ends: ((error?: Error) => void)[] = [];
  let begun = 0;
  const call = createSharedCall(() => {
    const number = ++begun;
    return new Promise<number>((resolve, reject) => {
      ends.push((error) => (error ? reject(error) : resolve(number)));
    });
  });
  return { call, begun: () => begun, end: (index: number, error?: Error) => ends[index]?.(error) };
}

test("whoever asks while a call is running gets the next one, and shares it", async () => {
  const { call, begun, end } = controlled();
  const first = call();
  const [second, third] = [call(), call()];
  expect(begun()).toBe(1);
  end(0);
  expect(await first).toBe(1);
  await vi.waitFor(() => expect(begun()).toBe(2));
  end(1);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  expect(begun()).toBe(2);
});

test("a call that fails keeps nobody from the next one", async () => {
  const { call, begun, end } = controlled();
  const first = call();
  const second = call();
  end(0, new Error("away"));
  await expect(first).rejects.toThrow("away");
  await vi.waitFor(() => expect(begun()).toBe(2));
  end(1);
  expect(await second).toBe(2);
  const third = call();
  await vi.waitFor(() => expect(begun()).toBe(3));
  end(2);
  expect(await third).toBe(3);
});
