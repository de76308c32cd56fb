import type { HttpReply } from "../../http/reply.ts";

/**
 * The URL of a list's next page: `undefined` where none is named, `strange` where one is named that we do not follow.
 * How Passport continues a list is unpublished; read are `links.next` of the body and a `Link` header (RFC 8288).
 */
export function findContinuation(
  page: { readonly links?: { readonly next?: string | null | undefined } | null | undefined },
  reply: HttpReply,
  current: URL,
): URL | "strange" | undefined {
  const link = page.links?.next || findNextLink(reply.headers.get("link"));
  if (link === undefined) return undefined;
  if (!URL.canParse(link, current.href)) return "strange";
  const next = new URL(link, current.href);
  // Another origin would get our token.
  return next.origin === current.origin && next.pathname === current.pathname ? next : "strange";
}

function findNextLink(header: string | null): string | undefined {
  return /<([^>]+)>\s*;[^,]*\brel="?next"?/i.exec(header ?? "")?.[1];
}
