import { refuse, text } from "./values";

const HANDLER = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$/;

/** A schema for a {@link Handler}; `what` is what it names in the module, for messages. */
export function handler(what: "function" | "app") {
  const name = what === "function" ? "hello" : "web";
  const example = `"app:${name}" for ${name} in app.py`;
  return text({
    token: "early",
    example,
    read: (value) => {
      if (HANDLER.test(value) && !value.includes(".py:")) return value;
      const isPath = /[/\\]|\.py\b/.test(value);
      const message = `must be "module:${what}"${isPath ? ": an import path, not a file path" : ""}`;
      return refuse(message, correction(value, name) ?? `Write for example ${example}`);
    },
  });
}

/** What was probably meant. */
function correction(value: string, defaultName: string): string | undefined {
  const called = value.replace(/\(\)$/, "");
  // "app.hello" as Python itself would write it.
  const dotted = /^[\w.]+$/.test(called) && !called.endsWith(".py") ? called.replace(/\.(?=\w+$)/, ":") : called;
  const [file = "", name = ""] = dotted.split(/:(?=[^:/]*$)/);
  const path = file.replace(/^\.?\//, "").replace(/\.py$/, "");
  const module = path.replaceAll("/", ".");
  const handlerOf = (own: string) => {
    const text = `${module.replaceAll("-", "_")}:${own}`;
    return HANDLER.test(text) ? text : undefined;
  };

  const last = name.split(".").pop()!;
  if (name !== last && handlerOf(last)) return `Write "${handlerOf(last)}", with ${last} = ${name} in the module`;
  const suggestion = handlerOf(name || defaultName);
  if (suggestion === undefined) return undefined;
  if (module.includes("-")) return `Python imports no module with a dash: rename it, and write "${suggestion}"`;
  return name
    ? `Write "${suggestion}"`
    : `Write for example "${suggestion}" for ${defaultName} in ${path.replaceAll(".", "/")}.py`;
}
