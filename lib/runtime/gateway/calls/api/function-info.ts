import { type Attributes, textOf } from "../../../../calls";

/** What is told of a function or an endpoint. */
export function functionInfo(app: string, name: string, item: Attributes): object {
  const url = textOf(item, "url") ?? null;
  const urls = item.urls !== undefined && "L" in item.urls ? item.urls.L : [];
  return {
    app,
    function: name,
    kind: textOf(item, "kind") ?? null,
    url,
    urls: urls.flatMap((one) => ("S" in one ? [one.S] : [])),
  };
}
