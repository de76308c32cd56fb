import type { BuiltInDialect } from "../../support/built-in-dialects.ts";
import { PLATE_INFO, toIrisMessage } from "../../vendors/t2-flex/iris-messages.ts";
import type { Random } from "./fuzz-random.ts";
import { FOREIGN_LOCATION, FOREIGN_PLATE } from "./fuzz-world.ts";

/** A request in parts, each of which may still be made wrong. */
export interface RawRequest {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: string;
  /** In place of `body`: bytes, as a socket gives them. */
  bytes?: Uint8Array;
}

/** The credentials of company A. */
export interface Login {
  readonly username: string;
  readonly key: string;
}

const PLATES = ["GXK204", "gxk 204", "OLD1", "NOBODY", FOREIGN_PLATE, "ABC123"];
const PLACES = ["lot-1", "lot-2", "closed", "nowhere", FOREIGN_LOCATION, "Lot 1"];

/** A correct request, or one for data that it must not get. */
export function makeRequest(dialect: BuiltInDialect, login: Login, random: Random): RawRequest {
  const plate = random.pick(PLATES);
  const post = { method: "POST", path: "/", query: "" };
  switch (dialect) {
    case "offstreet": {
      const question = {
        plate,
        ...(random.chance(0.5) ? { locationId: random.pick(PLACES) } : {}),
        ...(random.chance(0.3) ? { state: random.pick(["NB", "New Brunswick", "QC", "Atlantis"]) } : {}),
      };
      return { ...post, headers: jsonHeaders(login, random), body: JSON.stringify(question) };
    }
    case "iris": {
      if (random.chance(0.05)) return { method: "GET", path: "/", query: "wsdl", headers: {}, body: "" };
      const operation = random.pick(["PlateInfoByPlateRequest", "getPlateInfo", "RegionRequest"]);
      const content = `<q:${operation} xmlns:q="${PLATE_INFO}"><token>${login.key}</token><plateNumber>${plate}</plateNumber></q:${operation}>`;
      const known = { username: login.username, password: login.key, token: login.key, plate };
      const body = toIrisMessage(random.chance(0.5) ? known : { ...known, content });
      return { ...post, headers: { "content-type": "text/xml; charset=utf-8" }, body };
    }
    case "genetec": {
      const prefix = random.pick(["", "/api/pbp/v2014-06"]);
      const headers = jsonHeaders(login, random);
      const path = `${prefix}/${random.pick(["zones", "permits/search", "permits/search", "isvalid", "isvalid", "zones/lot-1/permits"])}`;
      if (path.includes("zones")) return { method: "GET", path, query: "", headers, body: "" };
      const zones = random.chance(0.5) ? { ZoneIds: [random.pick(PLACES), random.pick(PLACES)] } : {};
      const question = path.endsWith("isvalid")
        ? { PlateNumber: plate }
        : { PlateNumbers: [plate, random.pick(PLATES)] };
      return { ...post, path, headers, body: JSON.stringify({ ...question, ...zones }) };
    }
  }
}

function jsonHeaders({ username, key }: Login, random: Random): Record<string, string> {
  const proof = random.pick([
    { "x-api-key": key },
    { authorization: `Bearer ${key}` },
    { authorization: `Basic ${btoa(`${username}:${key}`)}` },
  ]);
  return { "content-type": "application/json", ...proof };
}

/** Makes a request wrong in up to five ways. One in ten stays unchanged. */
export function mutate(request: RawRequest, random: Random): RawRequest {
  if (random.chance(0.1)) return request;
  const mutated = { ...request, headers: { ...request.headers } };
  for (let count = 1 + random.below(5); count > 0; count -= 1) random.pick(MUTATIONS)(mutated, random);
  return mutated;
}

type Mutation = (request: RawRequest, random: Random) => void;

const METHODS = ["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "post", "", "TRACE", "__proto__"];
const PATHS = [
  "",
  "/",
  "//",
  "/../zones",
  "/%00",
  "/api/pbp/v2014-06/zones/../../x",
  "/isvalid",
  "/constructor",
  `/${"a/".repeat(2_000)}`,
];
const QUERIES = ["wsdl", "WSDL=1", "&&&", "a=%zz", "__proto__=1", "wsdl&wsdl", "x".repeat(4_000)];
const TYPES = [
  "application/json",
  "text/json",
  "text/xml",
  "application/xml",
  "text/plain",
  "",
  ";;",
  "application/json; charset=utf-16",
  "multipart/form-data; boundary=x",
  "\u0000",
  "TEXT/XML",
];

// Values that have broken parsers before: prototype keys, invalid numbers, half surrogate pairs, entities, nesting.
const POISON = [
  '"__proto__":{"plate":"GXK204"},',
  '"constructor":{"prototype":{}},',
  "1e999",
  "-0",
  "9".repeat(400),
  "null",
  "[]",
  "{}",
  '"',
  "\\u0000",
  "\u0000",
  "\ud800",
  "\udfff",
  "\ufeff",
  "\u202e",
  "\ufffd",
  "İ",
  "ﬀ",
  "🅿",
  "e\u0301".repeat(40),
  "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
  "<!ENTITY a 'b'>",
  "&a;",
  "&#0;",
  "&#x110000;",
  "&amp;amp;",
  "<![CDATA[",
  "]]>",
  "<!--",
  "-->",
  "<?x",
  "?>",
  "<__proto__/>",
  "<constructor/>",
  "<hasOwnProperty/>",
  "<toString a='1'/>",
  " xmlns=''",
  " xmlns:soapenv='urn:x'",
  "<a>".repeat(60),
  "</a>",
  "[".repeat(3_000),
  '{"a":'.repeat(500),
  "<a><b/></a>".repeat(200),
  " ".repeat(3_000),
];
const BOMB = `<!DOCTYPE l [<!ENTITY a "lollollol">${Array.from({ length: 9 }, (_, index) => `<!ENTITY ${"bcdefghij"[index]} "${`&${"abcdefghi"[index]};`.repeat(10)}">`).join("")}]>`;

const MUTATIONS: readonly Mutation[] = [
  (request, random) => insert(request, random.pick(POISON), random),
  (request, random) => insert(request, random.pick(POISON), random),
  (request, random) => insert(request, random.pick(POISON), random),
  (request, random) => {
    request.body = request.body.slice(0, random.below(request.body.length + 1));
  },
  (request, random) => {
    const start = random.below(request.body.length + 1);
    const end = start + random.below(40);
    request.body = request.body.slice(0, start) + request.body.slice(end);
  },
  (request, random) => {
    const start = random.below(request.body.length + 1);
    const part = request.body.slice(start, start + random.below(200));
    request.body =
      request.body.slice(0, start) + part.repeat(1 + random.below(4)) + request.body.slice(start);
  },
  (request, random) => {
    const at = random.below(request.body.length + 1);
    request.body =
      request.body.slice(0, at) +
      String.fromCharCode(random.below(random.pick([128, 0x10000]))) +
      request.body.slice(at + 1);
  },
  (request) => {
    request.body += request.body;
  },
  (request) => {
    request.body = BOMB + request.body.replace("GXK204", "&j;");
  },
  (request, random) => {
    request.body = request.body.replace(
      /"[^"]*"/,
      random.pick(["1", "null", "true", "[[]]", '{"$ne":1}', "1e400", '"\\ud800"']),
    );
  },
  (request, random) => {
    request.body = random.pick([
      "",
      "null",
      "{}",
      "[]",
      '"GXK204"',
      "<a/>",
      "0",
      "x".repeat(17_000),
      "車".repeat(6_000),
    ]);
  },
  (request, random) => {
    request.bytes = Uint8Array.from({ length: random.below(300) }, () => random.below(256));
  },
  (request, random) => {
    const bytes = Buffer.from(request.body, random.pick(["utf8", "utf16le", "latin1"]));
    for (let count = random.below(4); count > 0 && bytes.length > 0; count -= 1)
      bytes[random.below(bytes.length)] = random.below(256);
    request.bytes = bytes;
  },
  (request, random) => {
    request.method = random.pick(METHODS);
  },
  (request, random) => {
    request.path = random.chance(0.5) ? random.pick(PATHS) : request.path + random.pick(PATHS);
  },
  (request, random) => {
    request.query = random.pick(QUERIES);
  },
  (request, random) => {
    request.headers["content-type"] = random.pick(TYPES);
  },
  (request, random) => {
    delete request.headers[random.pick(["content-type", "x-api-key", "authorization"])];
  },
  (request, random) => {
    request.headers["authorization"] = random.pick([
      "Basic",
      "Basic !!!",
      `Basic ${btoa("a:b")}`,
      "Basic /////w==",
      `Bearer ${"x".repeat(5_000)}`,
      "Bearer \u0000",
      "Digest a=b",
      "",
    ]);
  },
  (request, random) => {
    request.headers["x-api-key"] = random.pick(["", " ", "x", "__proto__", "a, b", "\ud800", "0".repeat(64)]);
  },
];

function insert(request: RawRequest, text: string, random: Random): void {
  const at = random.below(request.body.length + 1);
  request.body = request.body.slice(0, at) + text + request.body.slice(at);
}
