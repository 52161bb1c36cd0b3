import { Fn } from "cdktf";

/** `${` and `%{` begin a template in Terraform's JSON; of these only cdktf's own markers may stay. */
const TEMPLATE = /\$\{(?!TfToken\[)|%\{/g;
const LATE_VALUE = /(\$*)(\$\{TfToken\[[^\]]*\]\})/g;
const FIRST_AND_LAST_CHARACTER = "/^.|.$/";

/**
 * JSON that reaches AWS as it is, and that a reviewer can read in the plan. What is known only after apply may have quotes or line
 * breaks, so Terraform encodes it. Each value alone: of texts beside it in a jsonencode, cdktf would not escape the quotes.
 * @see https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value).replace(TEMPLATE, (start) => start[0] + start);
  return text.replace(LATE_VALUE, (_, dollars: string, late: string) => {
    const encoded = Fn.replace(Fn.jsonencode(late), FIRST_AND_LAST_CHARACTER, "");
    return dollars ? `\${"${dollars}"}${encoded}` : encoded;
  });
}
