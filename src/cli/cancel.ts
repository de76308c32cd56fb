/** Who ended the command, in a sentence. */
export function describeCancel({ reason }: AbortSignal): string {
  return reason === "SIGTERM" ? "Cancelled by the system (SIGTERM)." : "Cancelled by you.";
}
