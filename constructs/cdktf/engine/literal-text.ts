/**
 * Text that reaches AWS as it is: `${` and `%{` begin a template in Terraform's JSON, and of these only cdktf's own markers may stay.
 * @see https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
 */
export function literalText(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)|%\{/g, (start) => start[0] + start);
}
