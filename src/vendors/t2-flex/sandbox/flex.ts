/**
 * The web services of a Flex system as a fetch handler. It is our reading of the vendor, not the vendor: paths, fields
 * and the result that is XML within XML are seen in client code; which errors there are and what they say, and the
 * result of `IsFlexAvailable`, are inferred.
 *
 * @module
 */

import { readFactoryOptions } from "../../../core/fields.ts";
import { type FlexCall, FlexFault, readFlexCall } from "./flex-call.ts";

/** Options of {@link createFlexSandbox}. */
export interface FlexSandboxOptions {
  username?: string;
  /** Default: a random one. */
  password?: string;
  /** Default: none. */
  facilities?: readonly FlexSandboxFacility[];
}

/** A facility as Flex lists it. */
export interface FlexSandboxFacility {
  readonly uid: string;
  readonly description: string;
}

/** A request as the sandbox saw it. Holds no secret. */
export interface FlexSandboxRequest {
  readonly path: string;
  /** The method that was called; null when the request could not be read. */
  readonly called: string | null;
  readonly status: number;
}

/** The sandbox: a fetch handler, what it holds, and controls for a test. */
export interface FlexSandbox {
  /** Answers by the end of the path, so any prefix works. Takes what the global `fetch` takes. */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>;
  readonly username: string;
  readonly password: string;
  readonly facilities: readonly FlexSandboxFacility[];
  readonly requests: readonly FlexSandboxRequest[];
  /** Whether the services say that they are available. Default true. */
  available: boolean;
  /** Rotates the password: the old one is refused from now on. */
  setPassword(password: string): void;
}

/**
 * Creates a sandbox.
 *
 * @throws EnforcementError when an option is unknown
 */
export function createFlexSandbox(options: FlexSandboxOptions = {}): FlexSandbox {
  readFactoryOptions(options, "createFlexSandbox", ["username", "password", "facilities"]);
  const { username = "ws-offstreet", facilities = [] } = options;
  let { password = crypto.randomUUID() } = options;
  let available = true;
  const requests: FlexSandboxRequest[] = [];

  function answer(call: FlexCall): string {
    if (call.username !== username || call.password !== password) {
      return errorList("1001", "Invalid user name or password.");
    }
    if (call.method === "IsFlexAvailable") return String(available);
    const list = facilities.map(
      ({ uid, description }) => `<Facility UID="${quote(uid)}" Description="${quote(description)}" />`,
    );
    return `<FacilityList>${list.join("")}</FacilityList>`;
  }

  async function respond(request: Request): Promise<{ call: FlexCall | undefined; response: Response }> {
    try {
      const call = await readFlexCall(request);
      // The result is XML as text: what stands in it is quoted twice.
      const result = `<${call.method}Result>${quote(answer(call))}</${call.method}Result>`;
      const content = `<${call.method}Response xmlns="http://www.t2systems.com/">${result}</${call.method}Response>`;
      return { call, response: toEnvelope(200, content) };
    } catch (thrown) {
      if (!(thrown instanceof FlexFault)) throw thrown;
      const words = `<faultcode>soap:Client</faultcode><faultstring>${quote(thrown.message)}</faultstring>`;
      const fault = `<soap:Fault>${words}</soap:Fault>`;
      return { call: undefined, response: toEnvelope(thrown.status, fault) };
    }
  }

  return {
    async fetch(input, init) {
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      const { call, response } = await respond(request);
      const { pathname: path } = new URL(request.url);
      requests.push({ path, called: call?.method ?? null, status: response.status });
      return response;
    },
    username,
    get password() {
      return password;
    },
    facilities,
    requests,
    get available() {
      return available;
    },
    set available(next) {
      available = next;
    },
    setPassword(next) {
      password = next;
    },
  };
}

function errorList(number: string, description: string): string {
  return `<T2ErrorList><Error><ErrorNumber>${number}</ErrorNumber><ErrorDescription>${quote(description)}</ErrorDescription></Error></T2ErrorList>`;
}

function toEnvelope(status: number, content: string): Response {
  const envelope = `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>${content}</soap:Body></soap:Envelope>`;
  return new Response(`<?xml version="1.0" encoding="utf-8"?>${envelope}`, {
    status,
    headers: { "content-type": "text/xml; charset=utf-8" },
  });
}

function quote(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
