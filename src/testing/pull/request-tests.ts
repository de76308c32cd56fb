import assert from "node:assert/strict";
import { inspect } from "node:util";
import { isEnforcementError } from "../../core/errors.ts";
import type { LookupRequest } from "../../core/lookup/lookup-message.ts";
import type { PullProvider } from "../../core/provider.ts";
import { issueCredentials } from "../../lookup/auth/issue-credentials.ts";
import type { NamedPullConformanceTest } from "./answer-tests.ts";
import { type Campus, COMPANY, LOT, PLATES, type SentRequest } from "./campus.ts";

/** Whose requests a pull vendor answers, and what it answers to those that cannot be read. */
export const REQUESTS: readonly NamedPullConformanceTest[] = [
  [
    "refuses a wrong, an unknown and a missing credential alike, and says nothing of permits",
    async (_, campus) => {
      const { username, password } = campus.issued;
      const stranger = issueCredentials({ companyId: COMPANY });
      const refused: Record<string, SentRequest> = {};
      for (const plate of [PLATES.running, PLATES.unknown]) {
        const wrong = campus.toCredential(username, `${password}x`);
        const unknown = campus.toCredential(stranger.username, stranger.password);
        refused[`a wrong password, ${plate}`] = await campus.capture(plate, wrong);
        refused[`an unknown credential, ${plate}`] = await campus.capture(plate, unknown);
        refused[`no credential, ${plate}`] = await captureWithoutCredential(plate, campus);
        assert.equal((await campus.createHandheld(wrong).lookup({ plate })).shows, "refused", plate);
      }
      const bodies = new Set<string>();
      for (const [name, request] of Object.entries(refused)) {
        const response = await campus.send(request);
        assert.equal(response.status, 401, `${name} must be refused with 401`);
        bodies.add(await response.text());
      }
      assert.equal(bodies.size, 1, "all of them must be refused with the same words");
      for (const text of [PLATES.running, LOT.id, LOT.name, COMPANY, "conformance-permit"]) {
        assert.ok(![...bodies].some((body) => body.includes(text)), `the refusal names ${text}`);
      }
    },
  ],
  [
    "accepts the old and the new credential during a rotation, and only the new one after it",
    async (_, campus) => {
      const { username, password, stored } = campus.issued;
      const next = issueCredentials({ companyId: COMPANY });
      const old = campus.createHandheld();
      const rotated = campus.createHandheld(campus.toCredential(username, next.password));
      assert.notEqual(next.password, password);
      const seen = async () => {
        const answers = [old, rotated].map((handheld) => handheld.lookup({ plate: PLATES.running }));
        return (await Promise.all(answers)).map(({ shows }) => shows);
      };
      assert.deepEqual(await seen(), ["permit", "refused"], "before the rotation");
      campus.store([...stored.hashes, ...next.stored.hashes]);
      assert.deepEqual(await seen(), ["permit", "permit"], "during the rotation");
      campus.store(next.stored.hashes);
      assert.deepEqual(await seen(), ["refused", "permit"], "after the rotation");
    },
  ],
  [
    "answers a request that cannot be read in the vendor's own form of an error, with a status from 400 to 499",
    async (bench, campus) => {
      for (const [name, request] of listUnreadable(await campus.capture(PLATES.running))) {
        const response = await campus.send(request);
        const { status } = response;
        assert.ok(status >= 400 && status < 500, `${name} must not be answered with ${status}`);
        const reply = { status, headers: Object.fromEntries(response.headers), body: await response.text() };
        assert.ok(bench.isError(reply), `${name} must be answered in the vendor's form of an error`);
      }
    },
  ],
  [
    "shows no secret and no plate in what it throws about a request, and in the reply to it",
    async ({ provider }, campus) => {
      const sent = await campus.capture(PLATES.running);
      const hidden = [PLATES.running, ...secretsOf(sent, campus)];
      for (const [name, request] of listUnreadable(sent)) {
        const thrown = collectThrown(provider, request);
        for (const error of thrown) {
          assert.ok(isEnforcementError(error), `${name} must throw an EnforcementError`);
        }
        const printed = thrown.map((error) => inspect(error, { depth: 10, showHidden: true }));
        const response = await campus.send(request);
        const shown = [...printed, await response.text(), JSON.stringify([...response.headers])].join("\n");
        for (const [index, text] of hidden.entries()) {
          // Not assert.match: its failure would print the secret.
          assert.ok(!shown.includes(text), `${name} shows ${index === 0 ? "the plate" : "a secret"}`);
        }
      }
    },
  ],
];

/** A request with neither a credential's headers nor the texts of a credential. */
async function captureWithoutCredential(plate: string, campus: Campus): Promise<SentRequest> {
  // Letters alone, which a body holds as they are: others may be written as XML's references.
  const request = await campus.capture(plate, campus.toCredential("conformanceuser", "conformancepassword"));
  const { "x-api-key": _, authorization, ...headers } = request.headers;
  const body = request.body.replaceAll(/conformance(?:user|password)/g, "");
  return { ...request, headers, body };
}

/** The password as it is and as it travels. */
function secretsOf({ headers }: SentRequest, { issued }: Campus): string[] {
  const inHeader = headers["authorization"]?.replace(/^\S+ +/, "");
  return [issued.password, ...(inHeader === undefined ? [] : [inHeader])];
}

/** Requests that no dialect can read, made of one that it can. */
function listUnreadable(request: SentRequest): [name: string, request: SentRequest][] {
  const { body, headers, url } = request;
  const withBody = (changed: string): SentRequest => ({ ...request, body: changed });
  const ofEveryWire: [string, SentRequest][] = [
    ["another method", { ...request, method: "DELETE" }],
    ["a query instead of the whole request", { ...request, url: new URL("?", url).href, body: "" }],
  ];
  if (body === "") return ofEveryWire;
  return [
    ...ofEveryWire,
    ["a picture", { ...request, headers: { ...headers, "content-type": "image/png" } }],
    ["a body that is cut off", withBody(body.slice(0, -1))],
    ["a body that is sent twice", withBody(body + body)],
    ["a body with text behind it", withBody(`${body}<`)],
    ["a body of one word", withBody(PLATES.running)],
    ["a list in place of the body", withBody(`[${JSON.stringify(PLATES.running)}]`)],
    ["a body of null", withBody("null")],
    ["a huge body", withBody(body + " ".repeat(2 ** 21))],
  ];
}

/** What the dialect's readers throw about a request. */
function collectThrown({ dialect }: PullProvider, { method, url, headers, body }: SentRequest): unknown[] {
  const { pathname, search } = new URL(url);
  const request: LookupRequest = {
    method,
    path: pathname,
    query: search.slice(1),
    header: (name) => headers[name],
    body,
  };
  const readers = [
    () => dialect.readCredential?.(request),
    () => dialect.readToken?.(request),
    () => dialect.parseQuery(request),
  ];
  return readers.flatMap((read) => {
    try {
      read();
      return [];
    } catch (error) {
      return [error];
    }
  });
}
