import type { Command, FlagDefinition } from "../command.ts";
import {
  BIN_NAME,
  FIRST_WORDS,
  type Offer,
  offerOf,
  offerOfOperand,
  quote,
  summarise,
} from "./completed-words.ts";

/** A script for zsh: to be evaluated after `compinit`, or a file in `fpath` whose name begins with `_`. */
export function toZshScript(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`);
  const first = Array.from(FIRST_WORDS, ([word, does]) => `    ${quote(`${word}:${does}`)}`);
  return `#compdef ${BIN_NAME}
# Completion for zsh: eval "$(${BIN_NAME} completion zsh)"
_offstreet_enforcement() {
  local -a commands others
  commands=(
${described.join("\n")}
  )
  others=(
${first.join("\n")}
  )
  if ((CURRENT == 2)); then
    _describe -t commands command commands -- others
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
    help) _describe -t commands command commands ;;
${commands.map(toCase).join("\n")}
    *) _files ;;
  esac
}
if [[ $funcstack[1] == _* ]]; then
  _offstreet_enforcement "$@"
else
  compdef _offstreet_enforcement ${BIN_NAME}
fi
`;
}

function toCase(command: Command): string {
  const flags = Object.entries(command.flags).map(([name, flag]) => toSpecification(name, flag));
  const specifications = [
    ...flags,
    "--help[This text]",
    `*:argument:${toAction(offerOfOperand(command))}`,
  ].map((one) => `        ${quote(one)}`);
  return `    ${command.name})
      _arguments -S : \\
${specifications.join(" \\\n")}
      ;;`;
}

/** `*--vendor=[Only this vendor]:vendor:(t2-flex passport)` */
function toSpecification(name: string, flag: FlagDefinition): string {
  const offer = offerOf(flag);
  const often = flag.multiple === true ? "*" : "";
  const described = `[${summarise(flag).replace(/[[\]\\:]/g, "\\$&")}]`;
  return offer === undefined
    ? `${often}--${name}${described}`
    : `${often}--${name}=${described}:${name}:${toAction(offer)}`;
}

function toAction(offer: Offer): string {
  if (offer === "files") return "_files";
  return offer === "nothing" ? " " : `(${offer.join(" ")})`;
}
