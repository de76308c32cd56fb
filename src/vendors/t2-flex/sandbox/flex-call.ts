import { XMLParser, XMLValidator } from "fast-xml-parser";
import * as z from "zod/mini";

/** A request that is no call, with what ASP.NET would answer it. */
export class FlexFault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "FlexFault";
    this.status = status;
  }
}

/** A call, read. */
export interface FlexCall {
  readonly method: "IsFlexAvailable" | "GetFacilityList";
  readonly username: string;
  readonly password: string;
}

const METHODS = {
  IsFlexAvailable: "/T2_Flex_Misc.asmx",
  GetFacilityList: "/T2_Flex_Occupancy.asmx",
} as const;

const NAMESPACES = {
  envelope: "http://schemas.xmlsoap.org/soap/envelope/",
  t2: "http://www.t2systems.com/",
};

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
});

const parameters = z.strictObject({
  "@xmlns": z.literal(NAMESPACES.t2),
  version: z.literal("1.0"),
  username: z.string(),
  password: z.string(),
});

function envelopeOf(method: string): z.ZodMiniType<{ [key: string]: unknown }> {
  return z.strictObject({
    "soap:Envelope": z.looseObject({
      "@xmlns:soap": z.literal(NAMESPACES.envelope),
      "soap:Body": z.strictObject({ [method]: parameters }),
    }),
  });
}

/** Reads a request strictly: path, SOAPAction, media type, envelope, and nothing besides. */
export async function readFlexCall(request: Request): Promise<FlexCall> {
  if (request.method !== "POST") throw new FlexFault(405, "Use POST.");
  if (!/^text\/xml\b/i.test(request.headers.get("content-type") ?? "")) {
    throw new FlexFault(415, "Send text/xml.");
  }
  const action = request.headers.get("soapaction")?.replace(/^"(.*)"$/, "$1") ?? "";
  const method = (["IsFlexAvailable", "GetFacilityList"] as const).find(
    (name) => action === `${NAMESPACES.t2}${name}`,
  );
  if (method === undefined) throw new FlexFault(500, "The SOAPAction is not known.");
  if (!new URL(request.url).pathname.endsWith(METHODS[method])) {
    throw new FlexFault(404, "The service is not here.");
  }
  const body = await request.text();
  if (body.includes("<!DOCTYPE") || XMLValidator.validate(body) !== true) {
    throw new FlexFault(500, "The request is not well-formed.");
  }
  const read = z.safeParse(envelopeOf(method), parser.parse(body));
  if (!read.success) {
    throw new FlexFault(500, `The request is not as it must be at ${read.error.issues[0]?.path.join("/")}.`);
  }
  const envelope = read.data["soap:Envelope"] as { "soap:Body": Record<string, z.output<typeof parameters>> };
  const given = envelope["soap:Body"][method];
  if (given === undefined) throw new FlexFault(500, "The request is empty.");
  return { method, username: given.username, password: given.password };
}
