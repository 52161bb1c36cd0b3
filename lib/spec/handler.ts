import { refuse, text } from "./values";

const HANDLER = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$/;

/** A schema for a {@link Handler}; `what` is what it names in the module, for messages. */
export function handler(what: "function" | "app") {
  const example = what === "function" ? '"app:hello" for hello in app.py' : '"app:web" for web in app.py';
  return text({
    token: "early",
    example,
    read: (value) => {
      if (HANDLER.test(value) && !value.includes(".py:")) return value;
      // "app.hello" as Python itself would write it.
      const dotted = /^[\w.]+$/.test(value) && !value.endsWith(".py") ? value.replace(/\.(?=\w+$)/, ":") : value;
      const [file, name] = dotted.split(/:(?=[^:/]*$)/);
      const module = (file ?? "")
        .replace(/^\.?\//, "")
        .replace(/\.py$/, "")
        .replaceAll("/", ".");
      const suggestion = `${module || "app"}:${name || (what === "function" ? "hello" : "web")}`;
      const fix = HANDLER.test(suggestion) ? `Write "${suggestion}"` : `Write for example ${example}`;
      return refuse(`must be "module:${what}": an import path, not a file path`, fix);
    },
  });
}
