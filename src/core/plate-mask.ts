/**
 * Hides plates in words that are not ours. A vendor may repeat the plate it was sent, in another case or with
 * separators of its own; each occurrence becomes `[plate]`.
 */
export function maskPlates(text: string, plateNumbers: Iterable<string>): string {
  let masked = text;
  for (const number of plateNumbers) masked = masked.replace(plateNumberPattern(number), "[plate]");
  return masked;
}

function plateNumberPattern(number: string): RegExp {
  const spaced = [...number].join("[^A-Za-z0-9]{0,3}");
  // A plate of one or two characters stands in half the words there are: only whole ones are hidden.
  return number.length > 2
    ? new RegExp(spaced, "gi")
    : new RegExp(`(?<![A-Za-z0-9])${spaced}(?![A-Za-z0-9])`, "gi");
}

/** Hides the given secrets in words that are not ours. */
export function maskSecrets(text: string, secrets: Iterable<string>): string {
  let masked = text;
  for (const secret of secrets) if (secret.length > 3) masked = masked.replaceAll(secret, "[secret]");
  return masked;
}
