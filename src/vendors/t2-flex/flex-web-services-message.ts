import { EnforcementError } from "../../core/errors.ts";
import { unreadableReply } from "../../http/failure.ts";
import { maskRefusal } from "../../http/mask-refusal.ts";
import type { HttpReply, VendorRefusal } from "../../http/reply.ts";
import { findChild, SOAP, textOf } from "./dialects/soap-message.ts";
import { parseXmlBody, type XmlElement } from "./dialects/xml-body.ts";
import { escapeXml } from "./dialects/xml-text.ts";

const T2 = "http://www.t2systems.com/";

/** One operation of the web services, and where it is. */
export interface FlexMethod {
  readonly service: string;
  readonly name: string;
}

/** The request of a method that takes nothing but the credentials. */
export function toFlexRequest(
  { name }: FlexMethod,
  { username, password }: { username: string; password: string },
): { headers: Record<string, string>; body: string } {
  const fields = { version: "1.0", username, password };
  const parts = Object.entries(fields).map(([field, value]) => `<${field}>${escapeXml(value)}</${field}>`);
  const content = `<${name} xmlns="${T2}">${parts.join("")}</${name}>`;
  return {
    headers: {
      "content-type": "text/xml; charset=utf-8",
      accept: "text/xml",
      soapaction: `"${T2}${name}"`,
    },
    body: `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="${SOAP}"><soap:Body>${content}</soap:Body></soap:Envelope>`,
  };
}

/**
 * What a method gave: the root of the XML that stands as text in its result, or that text where it is no XML.
 *
 * @throws EnforcementError `invalid_response` when the reply cannot be understood; `unauthorized` or `rejected` when
 * the services say, under 200, that there was an error
 */
export function readFlexResult({ name }: FlexMethod, reply: HttpReply): XmlElement | string {
  const envelope = findXml(reply.body);
  const response = findOne(findOne(envelope, "Body", SOAP), `${name}Response`, T2);
  const result = findOne(response, `${name}Result`, T2);
  if (result === undefined) throw unreadableReply(`holds no ${name}Result`, reply, false);
  // Client code parses the text of the result a second time; an error may stand there as well.
  const inner = result.children[0] ?? findXml(result.text);
  if (inner?.name === "T2ErrorList") throw toError(inner, reply);
  return inner ?? result.text.trim();
}

/** What a SOAP fault says. A reply without one does not refuse, whatever its status: a gateway may have made it. */
export function readFlexRefusal(reply: HttpReply): VendorRefusal | undefined {
  const fault = findOne(findOne(findXml(reply.body), "Body", SOAP), "Fault", SOAP);
  if (fault === undefined) return undefined;
  return { vendorCode: childText(fault, "faultcode"), vendorMessage: childText(fault, "faultstring") };
}

function toError(list: XmlElement, { status, traceId, secrets }: HttpReply): EnforcementError {
  const first = list.children.find(({ name }) => name === "Error");
  const said = maskRefusal(
    { vendorCode: childText(first, "ErrorNumber"), vendorMessage: childText(first, "ErrorDescription") },
    [],
    secrets,
  );
  // The numbers are unpublished. That an error is about the credentials is inferred from its words.
  const isAboutUs = /log ?[io]n|password|user ?name|credential|authenticat|authoriz|permission/i.test(
    said.vendorMessage ?? "",
  );
  const words = [said.vendorCode, said.vendorMessage].filter((part) => part !== undefined && part !== "");
  return new EnforcementError(
    isAboutUs ? "unauthorized" : "rejected",
    `Flex's web services refuse ${isAboutUs ? "our credentials" : "the request"}: ${words.join(", ") || "no reason given"}`,
    { ...said, status, traceId },
  );
}

/** The root element of a text that is XML. Document types are refused, entities but XML's own five as well. */
function findXml(text: string): XmlElement | undefined {
  if (!text.trimStart().startsWith("<")) return undefined;
  try {
    return parseXmlBody(text.trim());
  } catch {
    return undefined;
  }
}

function findOne(parent: XmlElement | undefined, name: string, namespace: string): XmlElement | undefined {
  try {
    return findChild(parent, name, [namespace]);
  } catch {
    return undefined;
  }
}

function childText(parent: XmlElement | undefined, name: string): string | undefined {
  return textOf(parent?.children.find((child) => child.name === name))?.trim() || undefined;
}
