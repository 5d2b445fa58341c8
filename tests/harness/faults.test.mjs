// How tests in Node meet faults that are the same in each run: node --test.

import assert from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, beforeEach, test } from "node:test";

let server;
let base;

before(async () => {
  server = spawn(
    process.env.FLAGS_PROGRAM ?? "flags",
    ["serve", "-q", "-p", "0", "--ready", "json", "--exit-with-parent",
      "--fault", "status=503 @/br/* #2"],
    { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface(server.stdout), "line");
  base = JSON.parse(line).urls[0];
});

after(async () => {
  server.kill();
  await once(server, "exit");
});

const control = (name, options) =>
  fetch(new URL(`/__flags/${name}`, base), options);

beforeEach(() => control("reset", { method: "POST" }));

// What is tested: a client that tries again.
async function get(url, tries) {
  const answer = await fetch(url);
  if (answer.ok || tries === 1) return answer;
  await answer.arrayBuffer();
  return get(url, tries - 1);
}

test("two failures are overcome", async () => {
  const answer = await get(`${base}/br/br.gif`, 3);
  assert.equal(answer.status, 200);
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.equal(bytes.subarray(0, 3).toString(), "GIF");
  const seen = await control("verify?path=/br/br.gif&method=GET&times=3");
  assert.equal(seen.status, 200);
});

test("the last one is told", async () => {
  assert.equal((await get(`${base}/br/br.gif`, 2)).status, 503);
});
