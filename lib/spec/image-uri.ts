import { isToken } from "./tokens";
import { refuse, text } from "./values";

/** URI of a container image: `registry/repository:tag` or `…@sha256:…`. */
export function imageUri(repository: string, missing?: string) {
  const example = `"123456789012.dkr.ecr.us-east-1.amazonaws.com/${repository}@sha256:…"`;
  const fix = `Write for example ${example}`;
  return text({
    token: "late",
    example,
    missing,
    fix,
    read: (value) => {
      if (value.includes("://")) return refuse("must have no scheme", `Write "${value.replace(/^.*:\/\//, "")}"`);
      if (/(^|[/:])(undefined|null)([/:@]|$)/.test(value)) {
        return refuse(
          'holds "undefined" or "null": something that it is made of was not set',
          "Set it, and look at the process's environment",
        );
      }
      return /^[A-Za-z0-9][\w./:@-]*$/.test(value)
        ? value
        : refuse("must be an image URI: a registry, a repository, and a tag or digest", fix);
    },
  });
}

/** An image whose content can change under its name: a later task may run other code than the one that was reviewed. */
export function mutableImageWarning(prop: string, image: string): string[] {
  if (isToken(image) || image.includes("@")) return [];
  const lastPart = image.slice(image.lastIndexOf("/") + 1);
  return lastPart.includes(":") && !lastPart.endsWith(":latest")
    ? []
    : [`${prop} "${image}" names no fixed version: tasks that start later may run other code. Pin a tag or a digest`];
}
