// Runs calls of the vendor's own client against a server, one after the other, and prints what became of each.
//
// Standard input: {url, token, scheme, team, ids, files, calls: [[call, arguments, keep], ...]}. In arguments a text
// "{name}" stands for ids[name] or, for a file, for what a browser would hand over; an object is sent as JSON text, as
// the client's callers do, but {"$raw": value} is handed over as it is. `keep` names the id of the answer for later
// calls; "until DONE" repeats the call until the answer's status is that. Standard output: one JSON line a call: {call, outcome, status, detail}.
const { JSDOM } = require("jsdom");

const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const base = new URL(input.url);
// Same origin as the server, so that no cross-origin rule stands in the way.
const dom = new JSDOM("<!doctype html><body></body>", { url: base.origin + "/" });
globalThis.window = globalThis.self = dom.window;
globalThis.document = dom.window.document;
globalThis.XMLHttpRequest = dom.window.XMLHttpRequest;
globalThis.$ = globalThis.jQuery = dom.window.$ = dom.window.jQuery = require("jquery");
console.debug = console.warn = () => {};

const WebSdk = require("bimplus-websdk");
const version = base.pathname.replace(/^\/|\/$/g, "");
const api = new WebSdk.Api({ protocol: base.protocol + "//", host: base.host, version, cache: false });
api.setAccessTokenAndType(input.token, input.scheme);
api.setTeamSlug(input.team);

const ids = { ...input.ids };

function file(name) {
  const { called, type, base64, plain } = input.files[name];
  const content = new dom.window.File([Uint8Array.from(Buffer.from(base64, "base64"))], called, { type });
  if (plain) return content;
  const form = new dom.window.FormData();
  form.append("file", content, called);
  return form;
}

function filled(value) {
  if (typeof value === "string") {
    const name = /^\{(\w+)\}$/.exec(value)?.[1];
    if (!name) return value;
    if (!(name in ids)) throw new Error(`no id ${name}: the call that gives it did not`);
    return ids[name];
  }
  if (Array.isArray(value)) return value.map(filled);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item)]));
  }
  return value;
}

function argument(value) {
  const name = typeof value === "string" && /^\{(\w+)\}$/.exec(value)?.[1];
  if (name && name in input.files && !(name in ids)) return file(name);
  if (value && typeof value === "object") {
    return "$raw" in value ? filled(value.$raw) : JSON.stringify(filled(value));
  }
  return filled(value);
}

async function one([call, values, keep]) {
  const [service, method] = call.split(".");
  const answer = await api[service][method](...values.map(argument));
  // A chunked answer is a list: its first part, then promises of the others.
  const parts = Array.isArray(answer) ? await Promise.all(answer) : answer;
  if (keep === "until DONE") {
    if (answer.status === "FAILED") throw new Error("the import failed");
    if (answer.status !== "DONE") {
      await new Promise((later) => setTimeout(later, 100));
      return one([call, values, keep]);
    }
  } else if (keep) ids[keep] = (Array.isArray(parts) ? parts[0] : parts).id;
  return JSON.stringify(parts?.byteLength === undefined ? parts : { bytes: parts.byteLength });
}

(async () => {
  for (const entry of input.calls) {
    const line = { call: entry[0], outcome: "resolved", status: 200, detail: "" };
    try {
      line.detail = String(await one(entry)).slice(0, 100);
    } catch (error) {
      line.outcome = "failed";
      line.status = error?.status ?? 0;
      line.detail = String(error?.responseText ?? error?.stack ?? error).slice(0, 300);
      // This client reads every answer as JSON; a file or picture arrives, and it cannot say so.
      const type = error?.getResponseHeader?.("Content-Type") ?? "";
      if (line.status === 200 && !type.includes("json")) Object.assign(line, { outcome: "file", detail: type });
    }
    console.log(JSON.stringify(line));
  }
  process.exit(0);
})();
