import type { HttpReply } from "../../http/reply.ts";

/**
 * Finds the URL of a list's next page in `links.next` of the body or in a `Link` header (RFC 8288); how Passport pages a list
 * is unpublished. `undefined` when the reply names none, `strange` when it names one of another origin or none that can be read.
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
  // Another origin would get the access token.
  return next.origin === current.origin && next.pathname === current.pathname ? next : "strange";
}

function findNextLink(header: string | null): string | undefined {
  return /<([^>]+)>\s*;[^,]*\brel="?next"?/i.exec(header ?? "")?.[1];
}
