/** A Terraform output's name: of letters, digits, dashes and underscores, and no digit first. */
export function outputId(text: string): string {
  return /^\d/.test(text) ? `_${text}` : text;
}
