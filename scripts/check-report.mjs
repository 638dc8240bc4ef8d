// Opens a report in headless Chromium and uses it as a reader would: filters, clicks a line of the network, lands on the evidence.
// Fails on any script error, request or dialog. Usage: node scripts/check-report.mjs REPORT.html [FOLDER_FOR_SCREENSHOTS]
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [report, screenshots] = process.argv.slice(2);
if (!report) {
  console.error("usage: node scripts/check-report.mjs REPORT.html [FOLDER_FOR_SCREENSHOTS]");
  process.exit(2);
}

const profile = mkdtempSync(join(tmpdir(), "check-report-"));
const chromium = spawn("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
  `--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });

// The DevTools protocol over pipes: one JSON message after another, each ended by a zero byte.
const pending = new Map();
const troubles = [];
let received = "", sent = 0, session;
chromium.stdio[4].setEncoding("utf8").on("data", (chunk) => {
  received += chunk;
  for (let end; (end = received.indexOf("\0")) >= 0; received = received.slice(end + 1)) hear(JSON.parse(received.slice(0, end)));
});

function hear({ id, result, error, method, params }) {
  if (id) {
    const { done, failed } = pending.get(id);
    pending.delete(id);
    return error ? failed(new Error(error.message)) : done(result);
  }
  if (method === "Runtime.exceptionThrown") troubles.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
  if (method === "Log.entryAdded" && params.entry.level === "error") troubles.push(params.entry.text);
  if (method === "Page.javascriptDialogOpening") troubles.push(`dialog: ${params.message}`);
  if (method === "Network.requestWillBeSent" && params.request.url !== address && !params.request.url.startsWith("data:")) troubles.push(`request: ${params.request.url}`);
}

function send(method, params = {}) {
  return new Promise((done, failed) => {
    pending.set(++sent, { done, failed });
    chromium.stdio[3].write(JSON.stringify({ id: sent, method, params, sessionId: session }) + "\0");
  });
}

async function evaluate(expression) {
  const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, expression) {
  for (let tries = 0; tries < 300; tries += 1, await pause(100)) if (await evaluate(expression)) return;
  throw new Error(`this did not come about: ${what}`);
}

function expect(what, holds) {
  if (!holds) throw new Error(`this does not hold: ${what}`);
}

async function click({ x, y }) {
  for (const type of ["mouseMoved", "mousePressed", "mouseReleased"]) {
    await send("Input.dispatchMouseEvent", { type, x, y, button: type === "mouseMoved" ? "none" : "left", clickCount: 1 });
  }
}

async function resize(width) {
  await send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
  await pause(300);
}

async function screenshot(name, whole = false) {
  if (!screenshots) return;
  mkdirSync(screenshots, { recursive: true });
  const { data } = await send("Page.captureScreenshot", { format: "png", captureBeyondViewport: whole });
  writeFileSync(join(screenshots, `${name}.png`), Buffer.from(data, "base64"));
}

/** Where the line of the strongest tie can be hit: a point of its path that is topmost there. */
const LINE = `(() => {
  const box = document.getElementById("network");
  box.scrollIntoView({ block: "center" });
  const paths = [...box.querySelectorAll("path")].filter((path) => path.getAttribute("fill") === "none" && path.getTotalLength() > 30);
  for (const path of paths) {
    for (const part of [.5, .4, .6, .3, .7]) {
      const point = path.getPointAtLength(path.getTotalLength() * part).matrixTransform(path.getScreenCTM());
      if (document.elementFromPoint(point.x, point.y) === path) return { x: point.x, y: point.y };
    }
  }
})()`;

const address = pathToFileURL(resolve(report)).href;

async function check() {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
  await resize(1280);

  const start = performance.now();
  await send("Page.navigate", { url: address });
  await until("claims are listed", `document.readyState === "complete" && document.querySelectorAll("#rows tr").length > 0`);
  console.log(`shown after ${Math.round(performance.now() - start)} ms`);
  await pause(500);
  await screenshot("1280-whole", true);
  await resize(400);
  expect("nothing is wider than a narrow screen", await evaluate("document.documentElement.scrollWidth <= 400"));
  await screenshot("400-whole", true);
  await resize(1280);

  const count = () => evaluate(`document.getElementById("count").textContent`);
  const all = await count();
  const relation = await evaluate(`document.querySelector("#rows td:nth-child(2)").textContent`);
  await evaluate(`{ const field = document.querySelector("[name=relation]"); field.value = ${JSON.stringify(relation)};
    field.dispatchEvent(new Event("input", { bubbles: true })); }`);
  await until("a filter leaves fewer claims", `document.getElementById("count").textContent !== ${JSON.stringify(all)}`);
  expect("only that relation is left", await evaluate(
    `[...document.querySelectorAll("#rows td:nth-child(2)")].every((cell) => cell.textContent === ${JSON.stringify(relation)})`));
  await evaluate(`document.querySelector("[type=reset]").click()`);
  await until("all claims are back", `document.getElementById("count").textContent === ${JSON.stringify(all)}`);
  await pause(500);

  const line = await evaluate(LINE);
  expect("a line of the network can be hit", line);
  await click(line);
  await until("the line's claims are shown", `!document.getElementById("tie").hidden`);
  expect("they are fewer", (await count()) !== all);
  await screenshot("1280-tie");

  await evaluate(`document.querySelector("#rows button").focus()`);
  for (const type of ["keyDown", "keyUp"]) await send("Input.dispatchKeyEvent", { type, key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: type === "keyDown" ? "\r" : undefined });
  await until("the evidence is open", `document.getElementById("evidence").open`);
  await pause(300);
  expect("the trigger is in sight", await evaluate(`(() => {
    const trigger = document.querySelector("#text .is-trigger").getBoundingClientRect(), text = document.getElementById("text").getBoundingClientRect();
    return trigger.height > 0 && trigger.top >= text.top && trigger.bottom <= text.bottom;
  })()`));
  expect("who and whom are marked", await evaluate(`!!document.querySelector("#text .is-who") && !!document.querySelector("#text .is-whom")`));
  await screenshot("1280-evidence");
  await resize(400);
  await screenshot("400-evidence");
  await resize(1280);
  await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "dark" }] });
  await pause(300);
  await screenshot("1280-evidence-dark");
  for (const type of ["keyDown", "keyUp"]) await send("Input.dispatchKeyEvent", { type, key: "Escape", code: "Escape", windowsVirtualKeyCode: 27 });
  await until("the evidence is closed", `!document.getElementById("evidence").open`);
  await screenshot("1280-dark", true);
  await send("Emulation.setEmulatedMedia", { features: [] });
  if (screenshots) {
    const { data } = await send("Page.printToPDF", {});
    writeFileSync(join(screenshots, "print.pdf"), Buffer.from(data, "base64"));
  }

  expect("no text was run as a script", await evaluate("window.pwned === undefined"));
  expect(`nothing went wrong: ${troubles.join("; ")}`, troubles.length === 0);
}

let status = 0;
try {
  await Promise.race([check(), pause(120_000).then(() => { throw new Error("it took more than two minutes"); })]);
  console.log("the report does what it should");
} catch (error) {
  console.error(`check-report: ${error.message}`);
  for (const trouble of troubles) console.error(`  ${trouble}`);
  status = 1;
} finally {
  chromium.kill("SIGKILL");
  chromium.on("exit", () => { rmSync(profile, { recursive: true, force: true, maxRetries: 5 }); process.exit(status); });
}
